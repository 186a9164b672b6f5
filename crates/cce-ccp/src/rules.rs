//! Changes of notification rules by the private API (ccp-task-api 2.4).

use crate::{
    Campaign, Ccp, HttpTarget,
    administer::{NAME_MAX, judged, kept, last_part, longest_tag, tags_of},
    answer,
    answer::Flaw,
    objects::{ApiObject, Effect, Notification},
    task::{SELECTOR_MAX, at_most, required},
};
use cce_kernel::{Cx, HttpUrl, Request, Response, Trust};
use cce_xml::{Element, parse};

/// Roots of a rule's document: the product's, and a shorter one.
const ROOTS: [&str; 2] = ["NotificationRule", "Notification"];

/// Tags of a rule (ccp-task-api 2.4).
const RULE_TAGS_MAX: usize = 5;

/// Characters of an address (inferred).
const URL_MAX: usize = 2_048;

/// The type of a rule that hands contacts to CCE.
const CCE_RULE: &str = "cce";

/// The type of a rule that calls an address.
const HTTP_RULE: &str = "http";

/// Rules of the product that write to people.
const OTHER_RULES: [&str; 2] = ["email", "im"];

impl Ccp {
    pub(crate) fn change_rule(&mut self, id: &str, request: &Request, cx: &mut Cx<'_>) -> Response {
        let Some(known) = self.objects.rule_named(id).cloned() else {
            return answer::not_found(request.path());
        };
        let changed = self.rule_of(request, Some(&known)).map(|rule| self.put_rule(rule, cx));
        changed.map_or_else(|refusal| refusal, |_| Response::new(200))
    }

    pub(crate) fn put_rule(&mut self, rule: ApiObject<Notification>, cx: &mut Cx<'_>) -> String {
        let path = format!("/ccp-webapp/ccp/notificationrule/{}", rule.object.id);
        self.objects.put_notification(rule, cx);
        path
    }

    /// The rule that a request describes. Fields that its type has no use for are passed over (ccp-task-api 2.4).
    pub(crate) fn rule_of(
        &mut self,
        request: &Request,
        known: Option<&ApiObject<Notification>>,
    ) -> Result<ApiObject<Notification>, Response> {
        let root = rule_root(request)?;
        let was = known.map(|known| &known.object);
        let name = root.text_of("name").or(was.map(|was| was.name.clone())).unwrap_or_default();
        let kind = root.text_of("type").map(|kind| kind.to_ascii_lowercase());
        let kind = kind.or(was.map(|was| was.effect.name().to_owned())).unwrap_or_default();
        // Rules of mail and messages are known and not implemented: 501 (ccp-task-api 1.3, 2.4).
        if OTHER_RULES.contains(&kind.as_str()) {
            let message = "rules of types cce and http alone are there: nobody is written to";
            return Err(answer::error(501, "notImplemented", "type", message));
        }
        let url = root.text_of("campaignUrl");
        let campaign = match &url {
            // A rule names its campaign by URL (ccp-task-api 2.4).
            Some(url) => self.campaign_at(url).map(|campaign| campaign.id),
            None => was.map(|was| was.campaign),
        };
        let is_given = root.child("tags").is_some();
        let tags = match was {
            Some(was) if !is_given => was.tags.clone(),
            _ => tags_of(&root),
        };
        let effect = self.effect_of(&kind, &root, was);
        let mut flaws = vec![
            required("name", &name),
            at_most("name", name.chars().count(), NAME_MAX, "characters"),
            campaign.is_none().then(|| match &url {
                None => Flaw::required("campaignUrl"),
                Some(url) => Flaw::range("campaignUrl", format!("there is no campaign `{url}`")),
            }),
            tags.is_empty().then(|| Flaw::required("tags")),
            at_most("tags", tags.len(), RULE_TAGS_MAX, "tags"),
            longest_tag(&tags),
        ];
        flaws.extend(effect.as_ref().err().into_iter().flatten().cloned().map(Some));
        judged(flaws)?;
        // What has no effect has a flaw.
        let (Ok(effect), Some(campaign)) = (effect, campaign) else { return Err(answer::invalid(&[])) };
        let id = was.map_or_else(|| self.objects.next_id(), |was| was.id);
        Ok(kept(Notification { id, name, campaign, tags, effect }, &root, known))
    }

    /// What a rule of that type leads to, or what is wrong with it.
    fn effect_of(&self, kind: &str, root: &Element, was: Option<&Notification>) -> Result<Effect, Vec<Flaw>> {
        let before = was.map(|was| &was.effect).filter(|before| before.name() == kind);
        match (kind, before) {
            (CCE_RULE, Some(Effect::Cce { script_selector, mrd })) => {
                cce_effect(root, Some((script_selector, *mrd)))
            }
            (CCE_RULE, _) => cce_effect(root, None),
            (HTTP_RULE, Some(Effect::Http(target))) => self.http_effect(root, target),
            (HTTP_RULE, _) => self.http_effect(root, &HttpTarget::default()),
            ("", _) => Err(vec![Flaw::required("type")]),
            (other, _) => Err(vec![Flaw::range("type", format!("there are no rules of type `{other}`"))]),
        }
    }

    fn http_effect(&self, root: &Element, was: &HttpTarget) -> Result<Effect, Vec<Flaw>> {
        let text = |name, was: &String| root.text_of(name).unwrap_or_else(|| was.clone());
        let trust = match root.text_of("sslVerifyCertificates").as_deref() {
            None => Ok(was.trust),
            Some("true") => Ok(Trust::Authority),
            Some("false") => Ok(Trust::Anybody),
            Some(other) => {
                let message = format!("sslVerifyCertificates is true or false, not `{other}`");
                Err(Flaw::format("sslVerifyCertificates", message))
            }
        };
        let target = HttpTarget {
            url: text("httpUrl", &was.url),
            alternate_url: text("alternateHttpUrl", &was.alternate_url),
            user: text("httpUsername", &was.user),
            password: text("httpPassword", &was.password),
            trust: trust.clone().unwrap_or_default(),
        };
        let flaws: Vec<Flaw> = [
            required("httpUrl", &target.url),
            self.wrong_with("httpUrl", &target.url),
            self.wrong_with("alternateHttpUrl", &target.alternate_url),
            at_most("httpUsername", target.user.chars().count(), NAME_MAX, "characters"),
            // Basic authentication ends the name with it (RFC 7617 2).
            target
                .user
                .contains(':')
                .then(|| Flaw::format("httpUsername", "a name with a colon cannot be sent".to_owned())),
            at_most("httpPassword", target.password.chars().count(), NAME_MAX, "characters"),
            trust.err(),
        ]
        .into_iter()
        .flatten()
        .collect();
        if flaws.is_empty() { Ok(Effect::Http(target)) } else { Err(flaws) }
    }

    /// Why CCP cannot call an address, if one is given.
    fn wrong_with(&self, field: &str, url: &str) -> Option<Flaw> {
        if url.is_empty() {
            return None;
        }
        let too_long = at_most(field, url.chars().count(), URL_MAX, "characters");
        too_long.or_else(|| match HttpUrl::parse(url) {
            None => Some(Flaw::format(
                field,
                format!("`{url}` is no address such as http://127.0.0.1:9000/tasks"),
            )),
            Some(parsed) if !self.config.notifying.allows(&parsed) => {
                let host = parsed.host;
                let message =
                    format!("the lab does not call `{host}`: ccp.notifying.hosts has the hosts that it does");
                Some(Flaw::range(field, message))
            }
            Some(_) => None,
        })
    }

    /// The campaign that a URL ends with.
    fn campaign_at(&self, url: &str) -> Option<&Campaign> {
        self.objects.campaign(last_part(url)?).map(|campaign| &campaign.object)
    }
}

/// What a rule of type `cce` has.
fn cce_effect(root: &Element, was: Option<(&String, u32)>) -> Result<Effect, Vec<Flaw>> {
    let text = |name, was: Option<String>| root.text_of(name).or(was).unwrap_or_default();
    let script_selector = text("scriptSelector", was.map(|(selector, _)| selector.clone()));
    let mrd = text("mediaRoutingDomainId", was.map(|(_, mrd)| mrd.to_string()));
    let flaws: Vec<Flaw> = [
        // The rule that comes with the system has none, since each task brings its own
        // (ccp-task-api 2.4; inferred).
        was.is_none().then(|| required("scriptSelector", &script_selector)).flatten(),
        at_most("scriptSelector", script_selector.chars().count(), SELECTOR_MAX, "characters"),
        mrd.parse::<u32>().is_err().then(|| match mrd.as_str() {
            "" => Flaw::required("mediaRoutingDomainId"),
            other => Flaw::format("mediaRoutingDomainId", format!("`{other}` is no id of a domain")),
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    if flaws.is_empty() {
        Ok(Effect::Cce { script_selector, mrd: mrd.parse().unwrap_or_default() })
    } else {
        Err(flaws)
    }
}

fn rule_root(request: &Request) -> Result<Element, Response> {
    let root = parse(&request.body.0).and_then(|root| {
        let known = ROOTS.into_iter().find(|known| root.name == *known);
        root.named(known.unwrap_or(ROOTS[0]))
    });
    root.map_err(|error| answer::invalid(&[Flaw::format(ROOTS[0], error.to_string())]))
}
