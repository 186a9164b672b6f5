//! Plots, as SVG: inside a page, or as a file of its own.

use std::fmt::Write;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 46.0;
/// Above the plot in a file: the title.
const HEAD: f64 = 24.0;
/// A line of the key in a file.
const KEY: f64 = 16.0;
const FILE_STYLE: &str = "text{font:11px system-ui,sans-serif;fill:#444}.title{font-size:14px;font-weight:600}.grid{stroke:#e4e4e4}";

/// Colours that people with any colour vision tell apart (Okabe and Ito).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// How values become places on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// From 0.
    Linear,
    /// Decades; what is 0 or less is left out.
    Log,
}

/// How the points of a series are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// Joined in their order.
    Line,
    /// Each by itself.
    Dots,
}

/// Points with a name.
#[derive(Debug)]
pub struct Series {
    /// What the key calls it.
    pub name: String,
    /// How its points are drawn.
    pub marks: Marks,
    /// Values along both axes.
    pub points: Vec<(f64, f64)>,
}

/// An axis.
#[derive(Debug)]
pub struct Axis {
    /// What it shows, with its unit.
    pub label: &'static str,
    /// How values become places.
    pub scale: Scale,
    /// Writes a value beside its mark.
    pub show: fn(f64) -> String,
}

/// A plot.
#[derive(Debug)]
pub struct Plot {
    /// Its title.
    pub title: &'static str,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// What is drawn, each in a colour of its own.
    pub series: Vec<Series>,
}

/// An axis with the range of its values.
struct Ranged<'a> {
    axis: &'a Axis,
    from: f64,
    to: f64,
}

impl Axis {
    fn is_shown(&self, value: f64) -> bool {
        value.is_finite() && (self.scale == Scale::Linear || value > 0.0)
    }

    /// The axis over all values; none when there is nothing to show.
    fn over(&self, values: impl Iterator<Item = f64>) -> Option<Ranged<'_>> {
        let shown: Vec<f64> = values.filter(|value| self.is_shown(*value)).collect();
        let most = shown.iter().copied().reduce(f64::max)?;
        let least = shown.iter().copied().reduce(f64::min)?;
        Some(match self.scale {
            Scale::Linear => Ranged { axis: self, from: 0.0, to: if most > 0.0 { most * 1.05 } else { 1.0 } },
            Scale::Log => {
                let (from, to) = (10_f64.powf(least.log10().floor()), 10_f64.powf(most.log10().ceil()));
                Ranged { axis: self, from, to: if to > from { to } else { from * 10.0 } }
            }
        })
    }
}

impl Ranged<'_> {
    /// Where a value is, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        match self.axis.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Log => (value / self.from).log10() / (self.to / self.from).log10(),
        }
    }

    /// The values that have a mark: round ones.
    fn ticks(&self) -> Vec<f64> {
        match self.axis.scale {
            Scale::Linear => {
                let rough = (self.to - self.from) / 5.0;
                let decade = 10_f64.powf(rough.log10().floor());
                let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * decade);
                let step = step.into_iter().find(|step| *step >= rough).unwrap_or(rough);
                (0..8).map(|number| f64::from(number) * step).filter(|value| *value <= self.to).collect()
            }
            Scale::Log => {
                let decades = (0..16).map(|number| self.from * 10_f64.powi(number));
                decades.filter(|value| *value <= self.to * 1.000_1).collect()
            }
        }
    }
}

fn x_of(share: f64) -> f64 {
    LEFT + share * (WIDTH - LEFT - RIGHT)
}

fn y_of(share: f64) -> f64 {
    HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
}

impl Plot {
    /// The plot as a figure of a page, with its title and key; empty when no series has a point that can be shown.
    pub(crate) fn to_figure(&self) -> String {
        let Some(lines) = self.lines() else { return String::new() };
        let mut figure = format!(
            "<figure><figcaption>{}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n{lines}</svg>\n",
            escape(self.title)
        );
        for (series, colour) in self.coloured() {
            let name = escape(&series.name);
            let _ = write!(figure, "<span class=\"key\"><i style=\"background:{colour}\"></i>{name}</span> ");
        }
        figure.push_str("</figure>\n");
        figure
    }

    /// The plot as an SVG file, with its title and key; without lines when no series has a point that can be shown.
    pub fn to_svg(&self) -> String {
        let bottom = HEIGHT + HEAD + KEY * float_of(self.series.len());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {bottom}\" role=\"img\">\n\
             <style>{FILE_STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"18\" class=\"title\">{}</text>\n<g transform=\"translate(0 {HEAD})\">\n{}</g>\n",
            escape(self.title),
            self.lines().unwrap_or_default(),
        );
        for (number, (series, colour)) in self.coloured().enumerate() {
            let (at, name) = (HEIGHT + HEAD + KEY * float_of(number), escape(&series.name));
            let _ =
                writeln!(svg, "<rect x=\"{LEFT}\" y=\"{at}\" width=\"14\" height=\"8\" fill=\"{colour}\"/>");
            let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\">{name}</text>", LEFT + 20.0, at + 8.0);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn coloured(&self) -> impl Iterator<Item = (&Series, &'static str)> {
        self.series.iter().zip(COLOURS.iter().copied().cycle())
    }

    /// Grid and series; none when no series has a point that can be shown.
    fn lines(&self) -> Option<String> {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let both = || points().filter(|(x, y)| self.x.is_shown(*x) && self.y.is_shown(*y));
        let x = self.x.over(both().map(|point| point.0))?;
        let y = self.y.over(both().map(|point| point.1))?;
        let mut svg = grid(&x, &y);
        for (series, colour) in self.coloured() {
            let shown = series.points.iter().filter(|(a, b)| self.x.is_shown(*a) && self.y.is_shown(*b));
            let places: Vec<(f64, f64)> =
                shown.map(|(a, b)| (x_of(x.share(*a)), y_of(y.share(*b)))).collect();
            svg.push_str(&marks(series.marks, &places, colour));
        }
        Some(svg)
    }
}

/// A small number as a place in a plot.
fn float_of(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn grid(x: &Ranged<'_>, y: &Ranged<'_>) -> String {
    let mut svg = String::new();
    let (left, right, top, bottom) = (x_of(0.0), x_of(1.0), y_of(1.0), y_of(0.0));
    for value in x.ticks() {
        let (at, text) = (x_of(x.share(value)), escape(&(x.axis.show)(value)));
        let _ = writeln!(svg, "<path class=\"grid\" d=\"M{at:.1} {top:.1}V{bottom:.1}\"/>");
        let below = bottom + 16.0;
        let _ = writeln!(svg, "<text x=\"{at:.1}\" y=\"{below:.1}\" text-anchor=\"middle\">{text}</text>");
    }
    for value in y.ticks() {
        let (at, text) = (y_of(y.share(value)), escape(&(y.axis.show)(value)));
        let _ = writeln!(svg, "<path class=\"grid\" d=\"M{left:.1} {at:.1}H{right:.1}\"/>");
        let (beside, middle) = (left - 6.0, at + 4.0);
        let _ = writeln!(svg, "<text x=\"{beside:.1}\" y=\"{middle:.1}\" text-anchor=\"end\">{text}</text>");
    }
    let (middle, foot) = (f64::midpoint(left, right), HEIGHT - 8.0);
    let label = escape(x.axis.label);
    let _ = writeln!(svg, "<text x=\"{middle:.1}\" y=\"{foot:.1}\" text-anchor=\"middle\">{label}</text>");
    let label = escape(y.axis.label);
    let _ = writeln!(svg, "<text x=\"{left:.1}\" y=\"{:.1}\">{label}</text>", top - 5.0);
    svg
}

fn marks(marks: Marks, places: &[(f64, f64)], colour: &str) -> String {
    let mut svg = String::new();
    match marks {
        Marks::Dots => {
            for (x, y) in places {
                let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
            }
        }
        Marks::Line => {
            let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
            if !path.is_empty() {
                let path = path.join("L");
                let _ = writeln!(
                    svg,
                    "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.8\" d=\"M{path}\"/>"
                );
            }
        }
    }
    svg
}

/// Text that is no markup.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(points: &[(f64, f64)]) -> Plot {
        let axis = |label, scale| Axis { label, scale, show: |value| format!("{value:.0}") };
        let series =
            |name: &str| Series { name: name.to_owned(), marks: Marks::Dots, points: points.to_vec() };
        Plot {
            title: "Cost & tasks",
            x: axis("tasks", Scale::Log),
            y: axis("ms", Scale::Linear),
            series: vec![series("bare"), series("with checks")],
        }
    }

    #[test]
    fn a_file_has_each_point_and_each_name_in_the_colour_of_its_series() {
        let svg = plot(&[(1e3, 1.0), (1e4, 1.1), (0.0, 9.0)]).to_svg();
        for colour in &COLOURS[..2] {
            assert_eq!(svg.matches(&format!("fill=\"{colour}\"")).count(), 3, "two points and a key: {svg}");
        }
        assert!(svg.contains(">bare</text>") && svg.contains("Cost &amp; tasks"), "{svg}");
        cce_xml::parse(svg.as_bytes()).unwrap();
    }

    #[test]
    fn a_plot_without_points_is_no_figure_and_a_file_without_lines() {
        assert_eq!(plot(&[]).to_figure(), "");
        assert!(!plot(&[]).to_svg().contains("circle"));
    }
}
