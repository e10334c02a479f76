//! What `wayhome dev` adds: a client for the demo, and people.

use std::io;
use std::net::TcpListener;

use serde_json::json;

use super::{DemoListeners, StartError};
use crate::crypto::PlainPassword;
use crate::cx::{self, Fault, Work};
use crate::identity::administration::{self, NewIdentity, Refusal};
use crate::model::{Client, ClientType, IdentityState};
use crate::store;

/// The client of the demo.
pub const CLIENT: &str = "demo-spa";

/// The seeded people.
pub const PEOPLE: [(&str, &str); 2] = [("anna@example.com", "Anna"), ("ben@example.com", "Ben")];

/// Their password; it is printed at every start and good on this machine only.
pub const PASSWORD: &str = "river lantern cobalt orchard";

/// The row that tells that people were seeded: whoever deletes them does not get them back.
const SEEDED: &str = "development.people";

/// `http://localhost:PORT` of a bound address.
pub(super) fn url(listener: &TcpListener) -> io::Result<String> {
    Ok(format!("http://localhost:{}", listener.local_addr()?.port()))
}

/// The client of the demo at these addresses, for when `clients.toml` does not define it.
pub fn client(demo: &DemoListeners) -> Result<Client, StartError> {
    let refused = |why: io::Error| StartError::Refused(why.to_string());
    let (spa, api) = (url(&demo.spa).map_err(refused)?, url(&demo.api).map_err(refused)?);
    Ok(Client {
        name: "Wayhome demo".to_owned(),
        redirect_uris: vec![format!("{spa}/callback")],
        post_logout_redirect_uris: vec![format!("{spa}/")],
        audience: vec![api],
        client_uri: Some(format!("{spa}/")),
        development: true,
        origin: "wayhome dev".to_owned(),
        ..Client::preset(CLIENT, ClientType::Spa)
    })
}

/// Makes the people, once in the life of a database.
pub async fn seed(work: &Work) -> cx::Result<()> {
    if work.read(|cx| Ok(store::meta::find(cx.db, SEEDED)?)).await?.is_some() {
        return Ok(());
    }
    for (email, name) in PEOPLE {
        let password = PlainPassword::new(PASSWORD).ok_or_else(|| Fault::Internal("seed".to_owned()))?;
        let hash = work.env().passwords.hash(password).await?;
        let schema_id = work.env().settings.identity.schema_id.clone();
        let person = NewIdentity {
            schema_id,
            traits: json!({ "email": email, "name": name }),
            state: IdentityState::Active,
            metadata_public: None,
            metadata_admin: None,
            password: Some(hash),
            verified: true,
        };
        match work.write(move |cx| administration::create(cx, person)).await? {
            Ok(_) | Err(Refusal::AddressTaken(_)) => {}
            Err(refusal) => {
                tracing::warn!(
                    email,
                    ?refusal,
                    "the identity schema has no room for this person; none was made"
                );
            }
        }
    }
    work.write(|cx| Ok(store::meta::insert_once(cx.db, SEEDED, "yes")?)).await?;
    Ok(())
}
