//! Which resource a path names (finesse-nonvoice 1.2).

/// A resource; names of users and numbers as they stand in the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The node's state, told without credentials (finesse-nonvoice 2.1).
    SystemInfo,
    /// Every user; the administrator alone may read them (finesse-nonvoice 2.2).
    Users,
    /// The reason codes of the category in the query (finesse-nonvoice 2.7).
    ReasonCodes,
    /// One reason code by its id in the database (finesse-nonvoice 2.7).
    ReasonCode(String),
    /// A team by its id, with its users (finesse-nonvoice 2.8).
    Team(String),
    /// Something of one user.
    User(String, OfUser),
    /// One dialog by its task id (finesse-nonvoice 2.6).
    Dialog(String),
}

/// What belongs to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OfUser {
    /// The user.
    Itself,
    /// The user in every domain.
    MediaList,
    /// The user in one domain.
    Media(String),
    /// The user's dialogs in one domain.
    MediaDialogs(String),
    /// The user's voice dialogs.
    Dialogs,
    /// The user's nonvoice dialogs.
    TaskDialogs,
    /// Reason codes for the user.
    ReasonCodes,
    /// One of them by its id in the database.
    ReasonCode(String),
    /// The user's queues.
    Queues,
}

impl Route {
    /// The resource of that path; a slash at its end is passed over.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/finesse/api/")?;
        let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
        match parts.as_slice() {
            ["SystemInfo"] => Some(Self::SystemInfo),
            ["Users"] => Some(Self::Users),
            ["ReasonCodes"] => Some(Self::ReasonCodes),
            ["ReasonCode", id] => Some(Self::ReasonCode((*id).to_owned())),
            ["Team", id] => Some(Self::Team((*id).to_owned())),
            ["Dialog", id] => Some(Self::Dialog((*id).to_owned())),
            ["User", user, rest @ ..] => OfUser::parse(rest).map(|what| Self::User((*user).to_owned(), what)),
            _ => None,
        }
    }

    /// Whether the resource takes a PUT.
    pub(crate) fn is_changeable(&self) -> bool {
        match self {
            Self::Dialog(_) | Self::User(_, OfUser::Itself | OfUser::Media(_) | OfUser::MediaList) => true,
            Self::SystemInfo
            | Self::Users
            | Self::ReasonCodes
            | Self::ReasonCode(_)
            | Self::Team(_)
            | Self::User(..) => false,
        }
    }

    /// The methods of the resource, as the product lists them.
    pub(crate) fn methods(&self) -> &'static str {
        if self.is_changeable() { "GET,OPTIONS,HEAD,PUT" } else { "GET,OPTIONS,HEAD" }
    }
}

impl OfUser {
    fn parse(parts: &[&str]) -> Option<Self> {
        match parts {
            [] => Some(Self::Itself),
            ["Media"] => Some(Self::MediaList),
            ["Media", id] => Some(Self::Media((*id).to_owned())),
            ["Media", id, "Dialogs"] => Some(Self::MediaDialogs((*id).to_owned())),
            ["Dialogs"] => Some(Self::Dialogs),
            ["Dialogs", "Media"] => Some(Self::TaskDialogs),
            ["ReasonCodes"] => Some(Self::ReasonCodes),
            ["ReasonCode", id] => Some(Self::ReasonCode((*id).to_owned())),
            ["Queues"] => Some(Self::Queues),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resource_has_its_path() {
        let user = |what| Some(Route::User("1080".to_owned(), what));
        let mrd = || "5011".to_owned();
        for (path, route) in [
            ("SystemInfo", Some(Route::SystemInfo)),
            ("Users/", Some(Route::Users)),
            ("User/1080", user(OfUser::Itself)),
            ("User/1080/Media", user(OfUser::MediaList)),
            ("User/1080/Media/5011", user(OfUser::Media(mrd()))),
            ("User/1080/Media/5011/Dialogs", user(OfUser::MediaDialogs(mrd()))),
            ("User/1080/Dialogs", user(OfUser::Dialogs)),
            ("User/1080/Dialogs/Media", user(OfUser::TaskDialogs)),
            ("User/1080/ReasonCodes", user(OfUser::ReasonCodes)),
            ("User/1080/Queues", user(OfUser::Queues)),
            ("User/1080/ReasonCode/16", user(OfUser::ReasonCode("16".to_owned()))),
            ("ReasonCode/16", Some(Route::ReasonCode("16".to_owned()))),
            ("Team/5005", Some(Route::Team("5005".to_owned()))),
            ("Dialog/1_2_3", Some(Route::Dialog("1_2_3".to_owned()))),
        ] {
            assert_eq!(Route::parse(&format!("/finesse/api/{path}")), route, "{path}");
        }
    }

    #[test]
    fn names_of_objects_are_case_sensitive() {
        assert_eq!(Route::parse("/finesse/api/user/1080"), None);
        assert_eq!(Route::parse("/finesse/API/User/1080"), None);
    }
}
