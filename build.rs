//! Compresses the static files once, so that nothing is compressed while serving; and lets new migrations be seen.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;

const FILES: [&str; 6] =
    ["wayhome.css", "wayhome.js", "submit.js", "check_session.js", "logo.svg", "icon.svg"];

#[allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=static");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    for name in FILES {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&fs::read(Path::new("static").join(name))?)?;
        fs::write(Path::new(&out).join(format!("{name}.gz")), encoder.finish()?)?;
    }
    Ok(())
}
