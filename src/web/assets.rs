//! The static files, embedded and named by their content, so that a browser may keep them for ever.

use std::sync::LazyLock;

use crate::crypto::sha256;

/// A file that never changes under its path.
#[derive(Debug)]
pub struct Asset {
    /// The path on the public listener: `/static/<name>.<first 8 hex digits of SHA-256>.<suffix>`.
    pub path: String,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The file as it is.
    pub bytes: &'static [u8],
    /// The file compressed by gzip, if that is shorter.
    pub gzip: Option<&'static [u8]>,
}

macro_rules! asset {
    ($name:literal, $suffix:literal, $content_type:literal) => {
        asset(
            $name,
            $suffix,
            $content_type,
            include_bytes!(concat!("../../static/", $name, ".", $suffix)),
            include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".", $suffix, ".gz")),
        )
    };
}

static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| asset!("wayhome", "css", "text/css; charset=utf-8"));
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| asset!("wayhome", "js", "text/javascript; charset=utf-8"));
static SUBMIT: LazyLock<Asset> = LazyLock::new(|| asset!("submit", "js", "text/javascript; charset=utf-8"));
static CHECK_SESSION: LazyLock<Asset> =
    LazyLock::new(|| asset!("check_session", "js", "text/javascript; charset=utf-8"));
static LOGO: LazyLock<Asset> = LazyLock::new(|| asset!("logo", "svg", "image/svg+xml"));
static ICON: LazyLock<Asset> = LazyLock::new(|| asset!("icon", "svg", "image/svg+xml"));

/// The file at this path.
pub fn find(path: &str) -> Option<&'static Asset> {
    [&STYLESHEET, &SCRIPT, &SUBMIT, &CHECK_SESSION, &LOGO, &ICON]
        .into_iter()
        .map(LazyLock::force)
        .find(|asset| asset.path == path)
}

/// The path of the stylesheet.
pub fn stylesheet() -> &'static str {
    &STYLESHEET.path
}

/// The path of the script.
pub fn script() -> &'static str {
    &SCRIPT.path
}

/// The path of the script that sends the form of its page.
pub fn submit() -> &'static str {
    &SUBMIT.path
}

/// The path of the script that says whether a session has changed.
pub fn check_session() -> &'static str {
    &CHECK_SESSION.path
}

/// The path of the logo.
pub fn logo() -> &'static str {
    &LOGO.path
}

/// The path of the icon.
pub fn icon() -> &'static str {
    &ICON.path
}

fn asset(
    name: &str,
    suffix: &str,
    content_type: &'static str,
    bytes: &'static [u8],
    gzip: &'static [u8],
) -> Asset {
    let digest: String = sha256(bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let gzip = (gzip.len() < bytes.len()).then_some(gzip);
    Asset { path: format!("/static/{name}.{digest}.{suffix}"), content_type, bytes, gzip }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn each_file_is_found_at_the_path_that_pages_name() {
        for path in [stylesheet(), script(), submit(), check_session(), logo(), icon()] {
            assert_eq!(find(path).unwrap().path, path);
        }
        assert!(find("/static/wayhome.css").is_none());
        assert!(find("/static/../Cargo.toml").is_none());
    }

    #[test]
    fn the_compressed_file_is_the_same_file() {
        for asset in [stylesheet(), script(), check_session(), logo(), icon()].map(|path| find(path).unwrap())
        {
            let Some(gzip) = asset.gzip else { continue };
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(gzip).read_to_end(&mut plain).unwrap();
            assert_eq!(plain, asset.bytes);
        }
    }

    #[test]
    fn the_stylesheet_and_the_script_are_small() {
        let size = |path| find(path).and_then(|asset: &Asset| asset.gzip).unwrap().len();
        assert!(size(stylesheet()) <= 6 * 1024, "{}", size(stylesheet()));
        assert!(size(script()) <= 5 * 1024, "{}", size(script()));
    }

    #[test]
    fn the_stylesheet_uses_logical_properties_only() {
        let css = include_str!("../../static/wayhome.css");
        for physical in [
            "margin-left",
            "margin-right",
            "margin-top",
            "margin-bottom",
            "padding-left",
            "padding-right",
            "padding-top",
            "padding-bottom",
            " left:",
            " right:",
            " top:",
            " bottom:",
            " width:",
            " height:",
            "max-width:",
            "min-height:",
            "text-align: left",
            "text-align: right",
            "float:",
            "border-left",
            "border-right",
            "border-top",
            "border-bottom",
        ] {
            let lines: Vec<_> =
                css.lines().filter(|line| line.contains(physical) && !line.contains("@media")).collect();
            assert!(lines.is_empty(), "{physical}: {lines:?}");
        }
    }
}
