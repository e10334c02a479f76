//! Mails are queued in the transaction of the fact that they tell; the courier delivers them later.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Cx, Fault, Result};
use crate::model::{Asked, Channel, IdentityId, Letter, Mail, Message, MessageId, MessageStatus};
use crate::store;

/// How long a notice is worth delivering.
const NOTICE_LIFETIME: Duration = Duration::from_secs(24 * 3_600);

impl Cx<'_> {
    /// Queues a mail with the fact that it tells: it goes to this address and to no other, or nowhere after
    /// `useful` has passed.
    pub fn queue_mail(
        &mut self,
        recipient: &str,
        identity: Option<IdentityId>,
        mail: Mail,
        useful: Duration,
    ) -> Result<MessageId> {
        let about = match identity {
            Some(id) => store::identities::find(self.db, id)?.map(|identity| identity.for_applications()),
            None => None,
        };
        self.queue(recipient, identity, about, mail, useful)
    }

    /// The same for somebody who gave these traits and has no identity yet.
    pub fn queue_mail_to_applicant(
        &mut self,
        recipient: &str,
        traits: &Value,
        mail: Mail,
        useful: Duration,
    ) -> Result<MessageId> {
        let schema = &self.env.settings.identity.schema_id;
        let about = json!({"id": null, "schema_id": schema, "traits": traits, "metadata_public": null});
        self.queue(recipient, None, Some(about), mail, useful)
    }

    fn queue(
        &mut self,
        recipient: &str,
        identity: Option<IdentityId>,
        about: Option<Value>,
        mail: Mail,
        useful: Duration,
    ) -> Result<MessageId> {
        let id = MessageId::from_uuid(self.row_key());
        let template_type = mail.template_type().to_owned();
        let asked = Asked {
            at: self.now.micros(),
            user_agent: self.caller.user_agent.clone(),
            peer: self.caller.peer.clone(),
            language: self.language_of(identity)?,
        };
        let letter = Letter { mail, asked, identity: about };
        let letter = serde_json::to_vec(&letter).map_err(|why| Fault::Internal(why.to_string()))?;
        let sealed = self.env.secrets.seal(self.env.random.as_ref(), &Message::place(id), &letter)?;
        let channel = Channel::to(recipient);
        let message = Message {
            id,
            template_type,
            recipient: recipient.to_owned(),
            identity,
            sealed,
            status: MessageStatus::Queued,
            attempts: 0,
            last_error: None,
            next_attempt_at: self.now,
            created_at: self.now,
            updated_at: self.now,
            expires_at: self.now + useful,
            sent_at: None,
            channel,
            destination: channel.destination(recipient),
        };
        store::messages::insert(self.db, &message)?;
        Ok(id)
    }

    /// The language of somebody's profile, else that of the page which brings the mail about.
    fn language_of(&mut self, identity: Option<IdentityId>) -> Result<Option<String>> {
        if let (Some(identity), true) = (identity, self.settings().identity.has_locale())
            && let Some(person) = store::identities::find(self.db, identity)?
            && let Some(locale) = person.text_trait("locale")
        {
            return Ok(Some(locale.to_owned()));
        }
        Ok(self.caller.language.clone())
    }

    /// Queues a mail that has nothing to be entered or opened in time.
    pub fn queue_notice(&mut self, recipient: &str, identity: IdentityId, mail: Mail) -> Result<MessageId> {
        self.queue_mail(recipient, Some(identity), mail, NOTICE_LIFETIME)
    }

    /// Tells a person by mail, at every address that they have proven.
    pub fn notify(&mut self, identity: IdentityId, mail: &Mail) -> Result<()> {
        for address in store::identities::addresses_of(self.db, identity)? {
            if address.verified_at.is_some() {
                self.queue_notice(&address.value, identity, mail.clone())?;
            }
        }
        Ok(())
    }
}
