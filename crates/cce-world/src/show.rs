//! A lab as text: the built-in one with its comments, and what a file, the environment or the command line says instead.

use crate::{
    lab::Lab,
    layers::{BUILT_IN, Layers, Override, load, place},
    problem::{ConfigError, ConfigPlace},
    release::Release,
    settings::{Change, SETTINGS},
};
use serde_json::{Map, Value};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table};

/// How much of a lab is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowDetail {
    /// Every setting, with the comments of the built-in lab.
    Whole,
    /// What differs from the built-in lab.
    Brief,
}

/// The lab of these layers as TOML text that can be loaded again. Above each value that is not the built-in lab's stands where it
/// comes from. The people of a run are no setting.
///
/// # Errors
///
/// Everything that is wrong with the layers.
pub fn show(layers: &Layers, detail: ShowDetail) -> Result<String, ConfigError> {
    let (lab, built_in) = (load(layers)?, sections(&load(&Layers::default())?));
    let (release, lab) = (sections(&load(&of_release(lab.release))?), sections(&lab));
    let shown = Defaults { built_in: &built_in, release: &release };
    let (head, text) = match detail {
        ShowDetail::Whole => (changing(), BUILT_IN),
        ShowDetail::Brief if lab == built_in && lab == release => {
            ("# The lab is the built-in one.\n".to_owned(), "")
        }
        ShowDetail::Brief => (String::new(), ""),
    };
    let mut document: DocumentMut = text.parse().expect("the built-in lab is TOML");
    lay(document.as_table_mut(), &lab, shown, "", layers);
    Ok(head + document.to_string().trim_start_matches('\n'))
}

/// What a lab has by itself, and what it has by its release: a value that differs from either is shown.
#[derive(Clone, Copy)]
struct Defaults<'a> {
    built_in: &'a Map<String, Value>,
    release: &'a Map<String, Value>,
}

impl<'a> Defaults<'a> {
    /// What a value takes the place of; none of one that needs no mention.
    fn before(self, name: &str, value: &Value) -> Option<&'a Value> {
        let of = |map: &'a Map<String, Value>| map.get(name).unwrap_or(&Value::Null);
        [of(self.built_in), of(self.release)].into_iter().find(|before| *before != value)
    }

    /// The same of what stands inside.
    fn inside(self, name: &str, nothing: &'a Map<String, Value>) -> Self {
        let inside =
            |map: &'a Map<String, Value>| map.get(name).and_then(Value::as_object).unwrap_or(nothing);
        Self { built_in: inside(self.built_in), release: inside(self.release) }
    }
}

/// The lab of a release, with nothing of the user's own.
fn of_release(release: Release) -> Layers {
    let (key, value) = ("release".to_owned(), release.name().to_owned());
    Layers { overrides: vec![Override { key, value, option: String::new() }], ..Layers::default() }
}

fn sections(lab: &Lab) -> Map<String, Value> {
    let value = serde_json::to_value(lab).expect("a lab has a value for each key");
    let Value::Object(mut sections) = value else { unreachable!("a lab is a table") };
    sections.retain(|name, _| !["cast", "tables"].contains(&name.as_str()));
    sections
}

/// Lays what differs over a table of the text.
fn lay(table: &mut Table, lab: &Map<String, Value>, shown: Defaults<'_>, above: &str, layers: &Layers) {
    for (name, value) in lab {
        let Some(before) = shown.before(name, value) else { continue };
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        if let (Value::Object(lab), Value::Null | Value::Object(_)) = (value, before) {
            let nothing = Map::new();
            let part = table.entry(name).or_insert_with(|| Item::Table(implicit_table()));
            if let Some(part) = part.as_table_mut() {
                lay(part, lab, shown.inside(name, &nothing), &key, layers);
            }
            continue;
        }
        set(table, name, value, &origin(&key, before, layers));
    }
}

fn implicit_table() -> Table {
    let mut table = Table::new();
    table.set_implicit(true);
    table
}

/// Where a value comes from, and what it takes the place of.
fn origin(key: &str, before: &Value, layers: &Layers) -> String {
    let from = match place(key, layers) {
        ConfigPlace::File { name, line, .. } => format!("from {name}:{line}"),
        ConfigPlace::Override(name) => format!("from {name}"),
        ConfigPlace::Release(name) => format!("from release {name}"),
        ConfigPlace::BuiltIn => "follows from other lists of the file".to_owned(),
    };
    match before {
        Value::Array(list) if list.iter().any(Value::is_object) => {
            format!("# {from}, in place of the built-in list\n")
        }
        Value::Null => format!("# {from}\n"),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            format!("# {from}, in place of {before}\n")
        }
    }
}

/// Puts a value into a table. The comments around what stood there stay.
fn set(table: &mut Table, name: &str, value: &Value, origin: &str) {
    let Some(mut item) = item(value) else {
        table.remove(name);
        return;
    };
    match (&mut item, table.get(name)) {
        (Item::Value(value), Some(Item::Value(before))) => *value.decor_mut() = before.decor().clone(),
        (Item::ArrayOfTables(list), before) => {
            // The comment of a list stands above its first table.
            let before = before.and_then(Item::as_array_of_tables).and_then(|list| list.get(0));
            let above = before.and_then(|table| table.decor().prefix()?.as_str()).unwrap_or("\n");
            let above = format!("{above}{origin}");
            list.get_mut(0).into_iter().for_each(|table| table.decor_mut().set_prefix(above.clone()));
        }
        (Item::None | Item::Value(_) | Item::Table(_), _) => {}
    }
    let is_value = item.is_value();
    table.insert(name, item);
    if let Some(mut key) = table.key_mut(name).filter(|_| is_value) {
        let above = key.leaf_decor().prefix().and_then(|above| above.as_str()).unwrap_or_default().to_owned();
        key.leaf_decor_mut().set_prefix(above + origin);
    }
}

/// A value of a lab in TOML; none for one that is left out.
fn item(value: &Value) -> Option<Item> {
    match value {
        Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_object) => {
            let tables: ArrayOfTables = list.iter().filter_map(Value::as_object).map(table_of).collect();
            Some(Item::ArrayOfTables(tables))
        }
        Value::Object(settings) => Some(Item::Table(table_of(settings))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            plain(value).map(Item::Value)
        }
    }
}

fn table_of(settings: &Map<String, Value>) -> Table {
    settings.iter().filter_map(|(name, value)| Some((name, item(value)?))).collect()
}

fn plain(value: &Value) -> Option<toml_edit::Value> {
    match value {
        Value::Null => None,
        Value::Bool(is) => Some((*is).into()),
        Value::Number(number) => {
            Some(number.as_i64().map_or_else(|| number.as_f64().unwrap_or_default().into(), Into::into))
        }
        Value::String(text) => Some(text.into()),
        Value::Array(list) => Some(list.iter().filter_map(plain).collect::<Array>().into()),
        Value::Object(settings) => {
            let settings = settings.iter().filter_map(|(name, value)| Some((name, plain(value)?)));
            Some(settings.collect::<toml_edit::InlineTable>().into())
        }
    }
}

/// Says which settings change while a lab runs.
fn changing() -> String {
    let mut text = "# While the lab runs, a step, a rule or the admin port (`set`) changes these settings, and no others:\n".to_owned();
    for setting in SETTINGS {
        if let Change::Running(components) = setting.change {
            text.extend([
                "#   ",
                setting.pattern,
                " (",
                &components.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "),
                ")\n",
            ]);
        }
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const OWN: &str = "[ccp]\npoll_lifetime = \"1min\"\n\n[agentpg]\nsigned_in_max = 7\n\n[[agents]]\nid = \"2000..2001\"\n\
                       login_name = \"agent{id}\"\nfirst_name = \"Agent\"\nlast_name = \"{id}\"\npassword = \"ccelab\"\n\
                       extension = \"2000..2001\"\nterminal = \"SEP{id}\"\nskill_target = 6000\nmrds = [\"Tasks\"]\n";

    fn layers() -> Layers {
        let environment = BTreeMap::from([("CCELAB__FINESSE__CCP_RETRIES".to_owned(), "9".to_owned())]);
        Layers { file: Some(("own.toml".into(), OWN.into())), environment, overrides: Vec::new() }
    }

    #[test]
    fn the_built_in_lab_is_shown_with_its_comments() {
        let shown = show(&Layers::default(), ShowDetail::Whole).unwrap();
        assert!(shown.ends_with(BUILT_IN), "{shown}");
    }

    #[test]
    fn above_each_other_value_stands_where_it_comes_from() {
        let shown = show(&layers(), ShowDetail::Whole).unwrap();
        for part in [
            "# from own.toml:2, in place of \"5m\"\npoll_lifetime = \"1m\"             # a poll URL that",
            "# from own.toml:5\nsigned_in_max = 7\n",
            "# from CCELAB__FINESSE__CCP_RETRIES, in place of ",
            "# from own.toml:7, in place of the built-in list\n[[agents]]\n",
            "# follows from other lists of the file",
        ] {
            assert!(shown.contains(part), "no `{part}` in {shown}");
        }
    }

    #[test]
    fn what_is_shown_is_the_same_lab() {
        for detail in [ShowDetail::Whole, ShowDetail::Brief] {
            let shown = show(&layers(), detail).unwrap();
            let again = Layers { file: Some(("shown".into(), shown)), ..Layers::default() };
            assert_eq!(load(&again).unwrap(), load(&layers()).unwrap(), "{detail:?}");
        }
    }

    #[test]
    fn what_a_release_sets_is_said_to_be_the_releases_and_a_file_overrides_it() {
        let own = "release = \"12.6\"\n\n[links.desk]\nplain = \"served\"\n";
        let layers = Layers { file: Some(("own.toml".into(), own.into())), ..Layers::default() };
        let shown = show(&layers, ShowDetail::Brief).unwrap();
        for part in [
            "# from own.toml:1, in place of \"lab\"\nrelease = \"12.6\"\n",
            "# from release 12.6, in place of \"served\"\nplain = \"off\"\n",
            "# from own.toml:4, in place of \"redirected\"\nplain = \"served\"\n",
            "# from release 12.6, in place of \"shown\"\ncall_variables = \"hidden\"\n",
        ] {
            assert!(shown.contains(part), "no `{part}` in {shown}");
        }
        let again = Layers { file: Some(("shown".into(), shown)), ..Layers::default() };
        assert_eq!(load(&again).unwrap(), load(&layers).unwrap());
    }

    #[test]
    fn the_lab_of_each_release_is_shown_as_itself() {
        for release in Release::ALL {
            let layers = of_release(release);
            let shown = show(&layers, ShowDetail::Whole).unwrap();
            let again = Layers { file: Some(("shown".into(), shown)), ..Layers::default() };
            assert_eq!(load(&again).unwrap(), load(&layers).unwrap(), "{release:?}");
        }
    }

    #[test]
    fn in_brief_nothing_stands_that_the_built_in_lab_says() {
        let shown = show(&layers(), ShowDetail::Brief).unwrap();
        assert!(shown.contains("poll_lifetime") && !shown.contains("administrator"), "{shown}");
        let same = show(&Layers::default(), ShowDetail::Brief).unwrap();
        assert_eq!(same, "# The lab is the built-in one.\n");
    }
}
