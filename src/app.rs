//! The program as a server: everything that `main` and the tests start alike.

use crate::{
    access::{Limiter, Passwords, gate, store::SessionLimits, store::Sessions},
    config::Config,
    db::Db,
    links::Redirects,
    mail::Mailer,
    routes::{self, Endpoint},
    running::Readiness,
    sealing::Sealer,
    tokens::Tokens,
    web::{
        answers, assets,
        assets::Assets,
        flash::{self, FlashKey},
        headers::{self, Https},
        logging::RequestSpan,
        same_origin::{self, Origin},
    },
};
use actix_files::Files;
use actix_session::{
    SessionMiddleware,
    config::{CookieContentSecurity, PersistentSession},
};
use actix_web::{
    App, HttpServer,
    cookie::{Key, SameSite, time::Duration},
    dev::Server,
    middleware::{Compress, from_fn},
    web::{self, Data},
};
use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};
use tracing_actix_web::TracingLogger;

/// What the program serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A real installation.
    Serve,
    /// The demo, which shows its mail (S67: `serve` has no mailbox).
    Demo,
}

/// A server about to run, and what tests look into.
pub struct Application {
    /// Runs when awaited.
    pub server: Server,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its database.
    pub db: Db,
    /// Its mailer.
    pub mailer: Mailer,
    /// Its passwords.
    pub passwords: Passwords,
    /// Its limits.
    pub limiter: Limiter,
    /// Whether requests are wanted; not at first.
    pub readiness: Readiness,
    /// Its redirects and the log of clicks.
    pub redirects: Arc<Redirects>,
}

impl Application {
    /// Builds the server on a port that is listening already.
    pub fn build(config: &Config, db: Db, listener: TcpListener, mode: Mode) -> std::io::Result<Self> {
        Self::with_routes(config, db, listener, move || routes::all(mode))
    }

    /// The same with other routes: the tests' own, where one must fail in a way that no page of ours does.
    pub fn with_routes<F>(config: &Config, db: Db, listener: TcpListener, endpoints: F) -> std::io::Result<Self>
    where
        F: Fn() -> Vec<Endpoint> + Clone + Send + 'static,
    {
        let address = listener.local_addr()?;
        let static_folder =
            assets::folder().ok_or_else(|| std::io::Error::other("the folder `static` is missing: it belongs beside the program"))?;
        let assets = Data::new(Assets::read(&static_folder)?);
        let base_url = config.base_url.as_str().trim_end_matches('/').to_owned();
        let https = config.base_url.scheme() == "https";
        let mailer = Mailer::new(&base_url, config.mail_from.clone(), Tokens::new(config.secret_keys.clone()));
        let passwords = Passwords::default();
        let limiter = Limiter::new(&config.secret_keys[0], config.limit_factor);
        let sealer = Data::new(Sealer::new(&config.secret_keys));
        let readiness = Readiness::default();
        let redirects = Arc::new(Redirects::start(&db, config.redirect_limits));
        let session_key = Key::derive_from(&config.secret_keys[0]);
        let shared = (
            Data::new(db.clone()),
            Data::new(mailer.clone()),
            Data::new(passwords.clone()),
            Data::new(readiness.clone()),
            Data::new(Origin(base_url)),
            Data::new(Https(https)),
            Data::from(redirects.clone()),
        );
        let (limiter_data, trusted_proxies) = (Data::new(limiter.clone()), Data::new(config.trusted_proxies.clone()));
        let limits = config.session_limits;
        let flash_key = Data::new(FlashKey { key: session_key.clone(), secure: https });
        let server = HttpServer::new({
            let db = db.clone();
            move || {
                let (db_data, mailer, passwords, readiness, origin, https_data, redirects) = shared.clone();
                let (short, pages): (Vec<Endpoint>, _) = endpoints().into_iter().partition(|endpoint| endpoint.is_short);
                let pages = web::scope("")
                    .service(web::scope(assets::PREFIX).wrap(from_fn(assets::keep)).service(Files::new("/", &static_folder)))
                    .configure(|service| routes::mount(service, pages))
                    .default_service(web::route().to(routes::nothing))
                    // The last one wrapped is the first to see a request.
                    .wrap(from_fn(flash::carry))
                    .wrap(from_fn(gate::ask))
                    .wrap(sessions(&db, limits, &session_key, https))
                    .wrap(from_fn(same_origin::require))
                    .wrap(from_fn(answers::error_pages))
                    .wrap(Compress::default())
                    .wrap(from_fn(headers::set))
                    .wrap(TracingLogger::<RequestSpan>::new());
                App::new()
                    .app_data(db_data)
                    .app_data(mailer)
                    .app_data(passwords)
                    .app_data(readiness)
                    .app_data(origin)
                    .app_data(https_data)
                    .app_data(limiter_data.clone())
                    .app_data(trusted_proxies.clone())
                    .app_data(flash_key.clone())
                    .app_data(sealer.clone())
                    .app_data(Data::new(limits))
                    .app_data(assets.clone())
                    .app_data(redirects)
                    .configure(|service| routes::mount(service, short))
                    .service(pages)
            }
        })
        .workers(std::thread::available_parallelism().map_or(2, usize::from))
        .disable_signals()
        .shutdown_timeout(20)
        .listen(listener)?
        .run();
        Ok(Self { server, address, db, mailer, passwords, limiter, readiness, redirects })
    }
}

fn sessions(db: &Db, limits: SessionLimits, key: &Key, https: bool) -> SessionMiddleware<Sessions> {
    SessionMiddleware::builder(Sessions { db: db.clone(), limits }, key.clone())
        // Browsers take `__Host-` only with Secure, and drop Secure cookies on plain http.
        .cookie_name(if https { "__Host-session" } else { "session" }.to_owned())
        .cookie_secure(https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(PersistentSession::default().session_ttl(Duration::days(limits.days.into())))
        .build()
}
