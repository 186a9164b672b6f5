//! Plots, as SVG inside a page.

use std::fmt::Write;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 46.0;

/// Colours that people with any colour vision tell apart (Okabe and Ito).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// How values become places on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// From 0.
    Linear,
    /// Decades; what is 0 or less is left out.
    Log,
}

/// How the points of a series are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marks {
    Line,
    Dots,
}

/// Points with a name.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) marks: Marks,
    pub(super) points: Vec<(f64, f64)>,
}

/// An axis.
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) label: &'static str,
    pub(super) scale: Scale,
    /// Writes a value beside its mark.
    pub(super) show: fn(f64) -> String,
}

/// A plot.
#[derive(Debug)]
pub(super) struct Plot {
    pub(super) title: &'static str,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
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
    /// The plot, with its title; empty when no series has a point that can be shown.
    pub(super) fn draw(&self) -> String {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let both = || points().filter(|(x, y)| self.x.is_shown(*x) && self.y.is_shown(*y));
        let (Some(x), Some(y)) =
            (self.x.over(both().map(|point| point.0)), self.y.over(both().map(|point| point.1)))
        else {
            return String::new();
        };
        let mut svg = format!(
            "<figure><figcaption>{}</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n",
            escape(self.title)
        );
        svg.push_str(&grid(&x, &y));
        for (series, colour) in self.series.iter().zip(COLOURS.iter().cycle()) {
            let shown = series.points.iter().filter(|(a, b)| self.x.is_shown(*a) && self.y.is_shown(*b));
            let places: Vec<(f64, f64)> =
                shown.map(|(a, b)| (x_of(x.share(*a)), y_of(y.share(*b)))).collect();
            svg.push_str(&marks(series.marks, &places, colour));
        }
        svg.push_str("</svg>\n");
        for (series, colour) in self.series.iter().zip(COLOURS.iter().cycle()) {
            let name = escape(&series.name);
            let _ = write!(svg, "<span class=\"key\"><i style=\"background:{colour}\"></i>{name}</span> ");
        }
        svg.push_str("</figure>\n");
        svg
    }
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
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
