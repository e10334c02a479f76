//! What the code says to people is in the catalogue.

use std::path::Path;

use crate::text::Catalogue;

#[test]
fn page_e5_every_notice_of_the_use_cases_has_its_sentence() {
    let text = Catalogue::english().unwrap();
    let mut seen = 0;
    for source in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/identity")) {
        for constructor in ["Notice::error(\"", "Notice::info(\"", "Notice::success(\"", "refuse(\""] {
            for rest in source.split(constructor).skip(1) {
                let id = rest.split('"').next().unwrap();
                assert!(text.contains(id), "{id}");
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen}");
}

fn sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
    found
}
