//! CCP's three logs (ccp-task-api 8).

use super::{Line, LogFile};
use crate::stamp::Stamper;
use cce_fold::{Meaning, ReadRecord};
use cce_journal::{Header, Record};
use cce_kernel::Fact;
use cce_model::{
    ContactId, ContactStatus, SocialContact,
    fact::{BusMessage, BusMessageId, CcpFact, CloseStep, Process, StoreAccess},
};
use std::collections::BTreeMap;

/// Width of the component's name in a tag.
const TAG_WIDTH: usize = 14;

#[derive(Debug)]
pub(super) struct CcpLogs {
    stamper: Stamper,
    address: String,
    link_host: String,
    fqdn: String,
    /// Lines written so far, by file and component: each component counts its own.
    counters: BTreeMap<(LogFile, &'static str), u64>,
    /// Where they begin, by the file's name without its ending, and component.
    first: BTreeMap<String, BTreeMap<String, u64>>,
}

/// One entry before it is stamped.
struct Entry {
    file: LogFile,
    component: &'static str,
    message: &'static str,
    params: Vec<(&'static str, String)>,
    text: String,
}

impl CcpLogs {
    pub(super) fn new(header: &Header) -> Self {
        Self {
            stamper: Stamper::new(header, cce_model::Kind::Ccp.name()),
            address: header.logs.ccp_address.clone(),
            link_host: header.logs.ccp_link_host.clone(),
            fqdn: header
                .hosts
                .get(&cce_model::Kind::Ccp.into())
                .map(|host| host.fqdn.clone())
                .unwrap_or_default(),
            counters: BTreeMap::new(),
            first: header.logs.first.ccp.clone(),
        }
    }

    pub(super) fn write(&mut self, event: &ReadRecord<'_>, lines: &mut Vec<Line>) {
        let Meaning::Fact(Fact::Ccp(fact)) = &event.kind else { return };
        for entry in self.entries(fact, event.record) {
            let line = self.line(&entry, event.record);
            lines.push((entry.file, line));
        }
    }

    fn line(&mut self, entry: &Entry, record: &Record) -> String {
        let firsts = self.first.get(entry.file.stem());
        let first = firsts.and_then(|firsts| firsts.get(entry.component)).copied().unwrap_or(1);
        let lines = self.counters.entry((entry.file, entry.component)).or_default();
        let number = first + *lines;
        *lines += 1;
        let params: String = entry.params.iter().map(|(key, value)| format!("[{key}={value}]")).collect();
        format!(
            "{number:010}: {}: {}: %CCBU_{:_>TAG_WIDTH$}-6-{}: {}{}",
            self.address,
            self.stamper.ccbu(self.stamper.wall(record)),
            entry.component,
            entry.message,
            if params.is_empty() { String::new() } else { format!("%{params}: ") },
            entry.text,
        )
    }

    fn entries(&self, fact: &CcpFact, record: &Record) -> Vec<Entry> {
        match fact {
            CcpFact::RequestInitiated { method, feed, name, title, description } => {
                vec![request_initiated(method, *feed, name, title, description)]
            }
            CcpFact::CreateSubmitted { request_id } => vec![Entry {
                file: LogFile::CcpPublicApps,
                component: "CCPAPI",
                message: "CREATE_SOCIAL_CONTACT",
                params: vec![],
                text: format!("Submitting SocialContact Create Request with requestId:{request_id}"),
            }],
            CcpFact::BusReceived { process, message, id, correlation } => {
                vec![self.bus_received(*process, *message, *id, *correlation)]
            }
            CcpFact::CreateReceived { request_id } => vec![runtime(
                "FEEDS",
                "CREATE_SOCIAL_CONTACT",
                vec![],
                format!("Got Request to Create Social Contact with RequestId:{request_id}"),
            )],
            CcpFact::Created { contact, request_id } => self.created(contact, request_id, record).into(),
            CcpFact::Store { access, contact, status } => vec![store(*access, contact, *status)],
            CcpFact::FilterResponse { contact, campaign, filter, response } => {
                filter_response(contact, *campaign, *filter, *response).into()
            }
            CcpFact::CampaignStatus { contact, campaign, name, .. } => {
                vec![self.campaign_status(contact, *campaign, name)]
            }
            CcpFact::NotificationRequest { contact, campaigns, tags } => vec![runtime(
                "NOTIFICATION",
                "NOTIFICATION_REQUEST",
                vec![
                    ("CampaignID", list(campaigns)),
                    ("SocialContactID", contact.to_string()),
                    ("Tags", list(tags)),
                ],
                "A Notification Request received".into(),
            )],
            // The product's lines about such calls are not public (ccp-task-api 8.2).
            CcpFact::HttpNotification { .. } => Vec::new(),
            CcpFact::DsNotification { contact, campaigns, object } => {
                vec![self.ds_notification(contact, campaigns, *object)]
            }
            CcpFact::PublishBegun { contact, campaign_public_id } => {
                vec![publish_begun(contact, campaign_public_id)]
            }
            CcpFact::Published { contact, campaign_public_id } => {
                vec![self.published(contact, campaign_public_id)]
            }
            CcpFact::Close { contact, step } => vec![close(contact, *step)],
        }
    }

    fn bus_received(
        &self,
        process: Process,
        message: BusMessage,
        id: BusMessageId,
        correlation: Option<u64>,
    ) -> Entry {
        let (file, component) = match process {
            Process::PublicApps => (LogFile::CcpPublicApps, "CCPPUBLICAPPS"),
            Process::Feeds => (LogFile::CcpRuntime, "FEEDS"),
            Process::Eventing => (LogFile::CcpApi, "EVENTING"),
            Process::MsgProxy => (LogFile::CcpApi, "MSGPROXY"),
        };
        let kind = match message {
            BusMessage::PushSocialContact => "PUSH.PushSocialContactRequest",
            BusMessage::Notification => "NFY.NotificationEvent",
        };
        let [a, b, c, d] = id.path;
        Entry {
            file,
            component,
            message: "MSG_INCOMING_FROM_BUS",
            params: vec![
                ("correlation_id", correlation.map_or_else(|| "null".into(), |id| id.to_string())),
                (
                    "mid",
                    format!("ID:{}-{}-{}-{a}:{b}:{c}:{d}:{}", self.fqdn, id.port, id.started_ms, id.number),
                ),
                ("msg_kind", "ActiveMQMapMessage".into()),
                ("msg_type", kind.into()),
            ],
            text: "A message has been received by the message bus".into(),
        }
    }

    fn created(&self, contact: &ContactId, request_id: &str, record: &Record) -> [Entry; 3] {
        [
            runtime(
                "FEEDS",
                "SOCIAL_CONTACT_CREATED",
                vec![("SOCIAL_CONTACT_ID", contact.to_string()), ("SOCIAL_CONTACT_LINK", self.link(contact))],
                "A new social contact was created".into(),
            ),
            runtime(
                "FEEDS",
                "SOCIAL_CONTACT_PROCESSOR",
                vec![],
                format!("SocialContactProcessor processSocialContact Exit with requestId:{request_id}"),
            ),
            runtime(
                "FEEDS",
                "SOCIAL_CONTACT_CREATED",
                vec![
                    ("id", contact.to_string()),
                    ("timestamp", cce_xml::java_date(self.stamper.wall(record), self.stamper.zone_name())),
                ],
                "SC created and sent confirmation message back to webapp".into(),
            ),
        ]
    }

    fn campaign_status(&self, contact: &ContactId, campaign: u32, name: &str) -> Entry {
        runtime(
            "CAMPAIGN",
            "UPDATING_SOCIAL_CONTACT_CAMPAIGN_STATUS",
            vec![
                ("CAMPAIGN_ID", campaign.to_string()),
                ("CAMPAIGN_NAME", name.to_owned()),
                ("CAMPAIGN_STATUS", "IN".into()),
                ("SOCIAL_CONTACT_ID", contact.to_string()),
                ("SOCIAL_CONTACT_LINK", self.link(contact)),
            ],
            "Updating the social contact's status in the campaign".into(),
        )
    }

    fn ds_notification(&self, contact: &SocialContact, campaigns: &[u32], object: u32) -> Entry {
        api(
            "EVENTING",
            "DS_NOTIFICATION_EVENT",
            vec![("DSNotificationEvent", self.notification_event(contact, campaigns, object))],
            "A DSNotificationEvent received".into(),
        )
    }

    /// The value of section 8.3: an object as its class prints it.
    fn notification_event(&self, contact: &SocialContact, campaigns: &[u32], object: u32) -> String {
        let date = |wall| cce_xml::java_date(wall, self.stamper.zone_name());
        let tags = list(&contact.tags);
        let fields = [
            ("author", contact.author.clone()),
            ("title", contact.title.clone()),
            ("campaignIds", list(campaigns)),
            ("eventType", "SC_STATUS_CHANGE".into()),
            ("notificationRuleId", "0".into()),
            ("notificationRuleName", String::new()),
            ("mediaRoutingDomainId", "0".into()),
            ("newTags", tags.clone()),
            ("oldTags", tags),
            ("screenPopUrl", String::new()),
            ("socialContactExtensionFields", cce_xml::java_map(&contact.extension_fields)),
            ("socialContactId", contact.id.to_string()),
            ("socialContactChatIsInvited", "false".into()),
            ("socialContactChatInviteStatus", "none".into()),
            ("socialContactIntegrationAuthTokenGuid", String::new()),
            ("socialContactIsSoftLocked", "false".into()),
            ("socialContactPublishedDate", date(contact.published)),
            ("socialContactScriptSelector", String::new()),
            ("socialContactShortUrlIds", "[]".into()),
            ("socialContactStatus", contact.status.to_string()),
            ("socialContactStatusDate", date(contact.status_changed)),
            ("socialContactStatusReason", contact.reason.to_string()),
            ("socialContactStatusUserId", contact.user.clone()),
            ("socialContactTags", "[]".into()),
            ("sourceType", "task".into()),
            ("hasMoreContacts", "false".into()),
            ("numContactsResend", "0".into()),
            ("numQueuedContact", "0".into()),
            ("originalRequestTimeStamp", "0".into()),
        ];
        let body = fields.map(|(key, value)| format!("{key}={value}")).join(",");
        format!("com.cisco.ccbu.ccp.interfaces.nfy.NotificationEvent@{object:x}[{body}]")
    }

    fn published(&self, contact: &SocialContact, campaign: &str) -> Entry {
        let payload = cce_xml::social_contact_event(contact, campaign, &self.fqdn);
        api(
            "EVENTING",
            "SOCIAL_CONTACT_PUBLISH_END",
            vec![("Contact", contact.id.to_string()), ("Node", node(campaign)), ("Payload", payload)],
            "Published contact".into(),
        )
    }

    fn link(&self, contact: &ContactId) -> String {
        format!("http://{}/ccp/socialcontact/{contact}", self.link_host)
    }
}

fn publish_begun(contact: &ContactId, campaign: &str) -> Entry {
    api(
        "EVENTING",
        "SOCIAL_CONTACT_PUBLISH_START",
        vec![("Contact", contact.to_string()), ("Node", node(campaign))],
        "Publishing contact".into(),
    )
}

/// The node on which a campaign's changes are published.
fn node(campaign: &str) -> String {
    format!("ccp.campaign.updates.{campaign}")
}

fn request_initiated(method: &str, feed: u32, name: &str, title: &str, description: &str) -> Entry {
    Entry {
        file: LogFile::CcpPublicApps,
        component: "CCPPUBLICAPPS",
        message: "REQUEST_INITIATED",
        params: vec![
            ("Description", description.to_owned()),
            ("FeedId", feed.to_string()),
            ("HttpMethod", method.to_owned()),
            ("Name", name.to_owned()),
            ("Title", title.to_owned()),
        ],
        text: "Request initiated".into(),
    }
}

fn store(access: StoreAccess, contact: &ContactId, status: ContactStatus) -> Entry {
    let (file, what) = match access {
        StoreAccess::RuntimeRead => {
            (LogFile::CcpRuntime, "Read from Cassandra before update Solr index returned")
        }
        StoreAccess::ApiRead => (LogFile::CcpApi, "Read from Cassandra before update Solr index returned"),
        StoreAccess::ApiWrite => (LogFile::CcpApi, "Write to Cassandra"),
    };
    let text = format!("{what} for scId={contact} ;status= {status}");
    Entry { file, component: "CCP-DS-API", message: "CCP_DS_API_MESSAGE", params: vec![], text }
}

fn filter_response(contact: &ContactId, campaign: u32, filter: u32, response: u32) -> [Entry; 2] {
    [
        runtime(
            "CAMPAIGN",
            "RECEIVED_FILTER_SOCIAL_CONTACT_RESPONSE",
            vec![
                ("FILTER_ID", filter.to_string()),
                ("FILTER_RESPONSE", response.to_string()),
                ("SOCIAL_CONTACT_ID", contact.to_string()),
            ],
            "A social contact filter response was received.".into(),
        ),
        runtime(
            "CAMPAIGN",
            "SC_FILTER_CACHE_UPDATE",
            vec![
                ("CAMPAIGN_ID", campaign.to_string()),
                ("FILTER_ID", filter.to_string()),
                ("SOCIAL_CONTACT_ID", contact.to_string()),
            ],
            "Updated task with the particular filter result in cache".into(),
        ),
    ]
}

fn close(contact: &ContactId, step: CloseStep) -> Entry {
    let text = match step {
        CloseStep::Received => format!("Received Close Request for SocialContact with ID: {contact}"),
        CloseStep::Valid => format!("SocialContact ID: {contact} is valid for Close Operation"),
        CloseStep::Handled => format!("Status for SocialContact: {contact} is updated to HANDLED"),
    };
    api("CCPAPI", "REST_API_INFO", vec![], format!("CONTACT_CLOSE: {text}"))
}

fn runtime(
    component: &'static str,
    message: &'static str,
    params: Vec<(&'static str, String)>,
    text: String,
) -> Entry {
    Entry { file: LogFile::CcpRuntime, component, message, params, text }
}

fn api(
    component: &'static str,
    message: &'static str,
    params: Vec<(&'static str, String)>,
    text: String,
) -> Entry {
    Entry { file: LogFile::CcpApi, component, message, params, text }
}

/// `[a, b]`, as Java prints a list.
fn list<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    format!("[{}]", items.join(", "))
}
