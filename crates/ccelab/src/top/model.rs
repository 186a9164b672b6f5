//! What `ccelab top` knows and what is chosen in it. Keys and answers of the admin port enter; [`Action`]s leave.

use crate::admin::HeldView;
use cce_journal::Ticket;
use cce_views::LabStatus;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::Value;

/// What a screen of `ccelab top` shows.
#[derive(Debug)]
pub(super) struct Top {
    /// The admin port.
    pub(super) address: String,
    pub(super) lab: LabStatus,
    pub(super) held: Vec<HeldView>,
    /// Why nothing new is known, if that is so.
    pub(super) trouble: Option<String>,
    /// What came of the last key.
    pub(super) said: String,
    /// The held message that is chosen, by its place in the list.
    pub(super) chosen: usize,
}

/// The command that a key stands for.
#[derive(Clone, Copy)]
enum KeyCommand {
    Quit,
    Up,
    Down,
    Release,
    ReleaseAll,
}

/// The keys and their commands.
const KEYS: [(KeyCode, KeyCommand); 9] = [
    (KeyCode::Char('q'), KeyCommand::Quit),
    (KeyCode::Esc, KeyCommand::Quit),
    (KeyCode::Up, KeyCommand::Up),
    (KeyCode::Char('k'), KeyCommand::Up),
    (KeyCode::Down, KeyCommand::Down),
    (KeyCode::Char('j'), KeyCommand::Down),
    (KeyCode::Char('r'), KeyCommand::Release),
    (KeyCode::Enter, KeyCommand::Release),
    (KeyCode::Char('a'), KeyCommand::ReleaseAll),
];

/// What comes from the admin port.
#[derive(Debug)]
pub(super) enum News {
    /// How the lab stands, and what is held; or why that is not known.
    Stands(Box<Result<(LabStatus, Vec<HeldView>), String>>),
    /// The answer to a request.
    Answer(String, Result<Value, String>),
}

/// What follows from a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing more.
    Nothing,
    /// The end.
    Quit,
    /// A request to the admin port.
    Post(String),
}

impl Top {
    pub(super) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            lab: LabStatus::default(),
            held: Vec::new(),
            trouble: None,
            said: String::new(),
            chosen: 0,
        }
    }

    pub(super) fn hear(&mut self, news: News) {
        match news {
            News::Stands(stands) => match *stands {
                Ok((lab, held)) => self.take_in(lab, held),
                Err(why) => self.lose(why),
            },
            News::Answer(path, answer) => {
                // Each request that a key makes releases something.
                self.said = match answer {
                    Ok(answer) => format!("released: {}", tickets(&answer["released"])),
                    Err(why) => format!("{path}: {why}"),
                };
            }
        }
    }

    /// Takes in how the lab stands. The chosen message stays chosen while it is held.
    pub(super) fn take_in(&mut self, lab: LabStatus, held: Vec<HeldView>) {
        let chosen = self.ticket();
        let place = chosen.and_then(|ticket| held.iter().position(|held| held.ticket == ticket));
        self.chosen = place.unwrap_or(self.chosen).min(held.len().saturating_sub(1));
        (self.lab, self.held, self.trouble) = (lab, held, None);
    }

    /// Notes that the lab does not answer. What was known stays.
    pub(super) fn lose(&mut self, why: String) {
        self.trouble = Some(why);
    }

    pub(super) fn on_key(&mut self, key: KeyEvent) -> Action {
        let is_interrupt = key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c');
        if is_interrupt {
            return Action::Quit;
        }
        match KEYS.iter().find(|(code, _)| *code == key.code).map(|(_, command)| command) {
            None => Action::Nothing,
            Some(KeyCommand::Quit) => Action::Quit,
            Some(KeyCommand::Up) => self.choose(self.chosen.saturating_sub(1)),
            Some(KeyCommand::Down) => self.choose(self.chosen + 1),
            Some(KeyCommand::Release) => self
                .ticket()
                .map_or(Action::Nothing, |ticket| Action::Post(format!("/held/{ticket}/release"))),
            Some(KeyCommand::ReleaseAll) if self.held.is_empty() => Action::Nothing,
            Some(KeyCommand::ReleaseAll) => Action::Post("/held/release".into()),
        }
    }

    fn choose(&mut self, place: usize) -> Action {
        self.chosen = place.min(self.held.len().saturating_sub(1));
        Action::Nothing
    }

    fn ticket(&self) -> Option<Ticket> {
        self.held.get(self.chosen).map(|held| held.ticket)
    }
}

fn tickets(released: &Value) -> String {
    let numbers: Vec<String> = released.as_array().into_iter().flatten().map(Value::to_string).collect();
    numbers.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn held(ticket: u64) -> HeldView {
        serde_json::from_value(json!({
            "ticket": ticket, "rule": "r", "message": "NEW_TASK", "from": "ccp", "to": "mrpg", "about": "T1", "since_ms": 1,
        }))
        .unwrap()
    }

    fn with(tickets: &[u64]) -> Top {
        let mut top = Top::new("127.0.0.1:8090");
        top.take_in(LabStatus::default(), tickets.iter().copied().map(held).collect());
        top
    }

    fn press(top: &mut Top, code: KeyCode) -> Action {
        top.on_key(KeyEvent::from(code))
    }

    #[test]
    fn the_chosen_message_is_released() {
        let mut top = with(&[4, 7]);
        press(&mut top, KeyCode::Down);
        assert_eq!(press(&mut top, KeyCode::Char('r')), Action::Post("/held/7/release".into()));
    }

    #[test]
    fn the_chosen_message_stays_chosen_while_others_go() {
        let mut top = with(&[4, 7]);
        press(&mut top, KeyCode::Down);
        top.take_in(LabStatus::default(), vec![held(7), held(9)]);
        assert_eq!(press(&mut top, KeyCode::Enter), Action::Post("/held/7/release".into()));
    }

    #[test]
    fn nothing_is_released_where_nothing_is_held() {
        let mut top = with(&[]);
        for code in [KeyCode::Char('r'), KeyCode::Char('a'), KeyCode::Down, KeyCode::Up] {
            assert_eq!(press(&mut top, code), Action::Nothing);
        }
    }

    #[test]
    fn q_escape_and_ctrl_c_end_it() {
        let mut top = with(&[]);
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for key in [KeyEvent::from(KeyCode::Char('q')), KeyEvent::from(KeyCode::Esc), interrupt] {
            assert_eq!(top.on_key(key), Action::Quit);
        }
    }

    #[test]
    fn what_was_known_stays_while_the_lab_does_not_answer() {
        let mut top = with(&[4]);
        top.lose("no lab answers".into());
        assert_eq!(top.held.len(), 1);
        top.take_in(LabStatus::default(), Vec::new());
        assert_eq!(top.trouble, None);
    }
}
