//! How a connection to PostgreSQL is made: tokio-postgres below, a synchronous face above, no libpq.

use std::sync::Arc;

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Runtime;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Error, Result};

/// The synchronous face of a PostgreSQL connection. Only for threads outside an async runtime.
pub type PostgresConnection = AsyncConnectionWrapper<AsyncPgConnection>;

/// Whatever waits longer than this is answered with a fault rather than with patience.
const SESSION: &str = "SET statement_timeout = '15s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '20s'; SET synchronous_commit = on;";

/// Opens connections to one server.
#[derive(Clone)]
pub(super) struct PostgresOpener {
    url: String,
    /// Drives TLS connections; without TLS each worker thread drives its own.
    tls: Option<(MakeRustlsConnect, Arc<Runtime>)>,
}

impl PostgresOpener {
    /// Reads the URL. `sslmode=disable` speaks plainly, `prefer` (the default) also, as the server on the same
    /// machine or network needs no more; `require` and the `verify-` modes use TLS and always check the
    /// certificate against the system's authorities.
    pub(super) fn new(url: &str) -> Result<Self> {
        let url = url
            .replace("sslmode=verify-full", "sslmode=require")
            .replace("sslmode=verify-ca", "sslmode=require");
        let config: tokio_postgres::Config =
            url.parse().map_err(|_| Error::Unavailable("the PostgreSQL URL cannot be read".to_owned()))?;
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some((tls_connector()?, driver()?)),
            _ => None,
        };
        Ok(Self { url, tls })
    }

    /// Connects. Must be called on the thread that will use the connection.
    pub(super) fn open(&self) -> Result<PostgresConnection> {
        let mut connection = match &self.tls {
            None => PostgresConnection::establish(&self.url).map_err(unavailable)?,
            Some((connector, driver)) => {
                let inner = driver.block_on(async {
                    let (client, connection) = tokio_postgres::connect(&self.url, connector.clone())
                        .await
                        .map_err(|why| Error::Unavailable(why.to_string()))?;
                    AsyncPgConnection::try_from_client_and_connection(client, connection)
                        .await
                        .map_err(unavailable)
                })?;
                PostgresConnection::from(inner)
            }
        };
        connection.batch_execute(SESSION)?;
        Ok(connection)
    }
}

fn unavailable(why: diesel::ConnectionError) -> Error {
    Error::Unavailable(why.to_string())
}

fn driver() -> Result<Arc<Runtime>> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_io()
        .thread_name("postgres-tls")
        .build()
        .map(Arc::new)
        .map_err(|why| Error::Unavailable(why.to_string()))
}

fn tls_connector() -> Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // An authority that rustls cannot read is left out; what it signed is then refused.
        let _unreadable = roots.add(certificate);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| Error::Unavailable(why.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
