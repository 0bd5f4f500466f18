//! The policy files that are part of the program.

macro_rules! files {
    ($($id:literal),* $(,)?) => {
        &[$((
            concat!("data/policies/", $id, ".toml"),
            include_str!(concat!("../../data/policies/", $id, ".toml")),
        )),*]
    };
}

/// Name and text of every built-in policy file, by name.
pub const BUILTIN: &[(&str, &str)] = files![
    "alibaba-cn.rtc.duration-pack",
    "alibaba.live.not-refundable",
    "alibaba.marketplace",
    "alibaba.resource-plan",
    "tencent-cn.trtc.minute-pack-partial",
    "tencent-intl.cos.resource-pack",
    "tencent-intl.css.other-package",
    "tencent-intl.css.package",
    "tencent-intl.lighthouse.instance",
    "tencent-intl.mps.resource-pack",
    "tencent-intl.trtc.call-conference-live-monthly",
    "tencent-intl.trtc.rtc-engine-monthly",
    "tencent-intl.vod.package",
];
