//! Mails are queued in the transaction of the fact that they tell; the courier delivers them later.

use std::time::Duration;

use super::{Cx, Fault, Result};
use crate::model::{Asked, IdentityId, Letter, Mail, Message, MessageId, MessageStatus};
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
        let id = MessageId::from_uuid(self.row_key());
        let template_type = mail.template_type().to_owned();
        let asked = Asked {
            at: self.now.micros(),
            user_agent: self.caller.user_agent.clone(),
            peer: self.caller.peer.clone(),
            language: self.language_of(identity)?,
        };
        let letter =
            serde_json::to_vec(&Letter { mail, asked }).map_err(|why| Fault::Internal(why.to_string()))?;
        let sealed = self.env.secrets.seal(self.env.random.as_ref(), &Message::place(id), &letter)?;
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
