//! Carries inputs between a target's corpus, which is one file, and a folder of the fuzzer: `corpus unpack <target>
//! <folder>` and `corpus pack <target> <folder>`. `cargo xtask fuzz` calls it.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use sessio_fuzz_tests::{corpus, target};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [verb, name, folder] = arguments.as_slice() else { bail!("usage: corpus <pack|unpack> <target> <folder>") };
    let target = target(name).with_context(|| format!("there is no fuzz target {name}"))?;
    let folder = Path::new(folder);
    match verb.as_str() {
        "unpack" => {
            let mut inputs = (target.seeds)();
            inputs.extend(corpus::read(target).with_context(|| format!("cannot read the corpus of {name}"))?);
            corpus::write_folder(folder, &inputs).with_context(|| format!("cannot write to {}", folder.display()))
        }
        "pack" => {
            let inputs = corpus::read_folder(folder).with_context(|| format!("cannot read {}", folder.display()))?;
            let kept = corpus::write(target, inputs).with_context(|| format!("cannot write the corpus of {name}"))?;
            println!("{name}: kept {kept} inputs");
            Ok(())
        }
        _ => bail!("usage: corpus <pack|unpack> <target> <folder>"),
    }
}
