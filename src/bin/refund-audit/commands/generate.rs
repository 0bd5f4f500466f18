use crate::{args::GenerateArgs, exit::Exit};
pub(crate) fn run(args: &GenerateArgs) -> anyhow::Result<Exit> {
    anyhow::bail!("{args:?}")
}
