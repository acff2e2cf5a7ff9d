//! What all subjects share: interleaved repetitions, their median, and the lines of the one table.

use std::fmt;

use anyhow::Result;

/// Lets every contestant run once a round, so that whatever else the machine does meets all of them alike.
///
/// Each round begins with another one. Answers with the samples of each contestant, in the order of the rounds.
pub(crate) fn interleaved<C>(
    rounds: usize,
    contestants: &mut [C],
    mut run: impl FnMut(&mut C) -> Result<f64>,
) -> Result<Vec<Vec<f64>>> {
    let mut samples = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let which = (round + turn) % contestants.len();
            samples[which].push(run(&mut contestants[which])?);
        }
    }
    Ok(samples)
}

/// The middle of the samples.
pub(crate) fn median(samples: &[f64]) -> f64 {
    quantile(samples, 0.5)
}

/// The sample below which that share of all samples lies.
pub(crate) fn quantile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let index = (share * (sorted.len() - 1) as f64).round() as usize;
    sorted[index]
}

/// The median of what each round cost more than the baseline's in the same round.
pub(crate) fn median_over(samples: &[f64], baseline: &[f64]) -> f64 {
    let over: Vec<f64> = samples.iter().zip(baseline).map(|(sample, base)| sample - base).collect();
    median(&over)
}

/// A measured value and what it is counted in.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
}

/// What a line of the table has to reach.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    /// It is shown, and has no bar.
    None,
    /// Ours divided by the peer's.
    RatioAtMost(f64),
    /// Ours divided by the peer's.
    RatioAtLeast(f64),
    /// Ours alone.
    AtMost(f64),
}

/// A line of the table.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) ours: Figure,
    /// Who it is compared with.
    pub(crate) peer: Option<(String, Figure)>,
    pub(crate) bar: Bar,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.peer.as_ref().map(|(_, peer)| self.ours.value / peer.value).filter(|ratio| ratio.is_finite())
    }

    fn verdict(&self) -> String {
        let verdict = |is_met: bool| if is_met { "met" } else { "**missed**" };
        match (self.bar, self.ratio()) {
            (Bar::RatioAtMost(bar), Some(ratio)) => format!("at most {bar}: {}", verdict(ratio <= bar)),
            (Bar::RatioAtLeast(bar), Some(ratio)) => format!("at least {bar}: {}", verdict(ratio >= bar)),
            (Bar::AtMost(bar), _) => {
                format!("at most {}: {}", Figure { value: bar, ..self.ours }, verdict(self.ours.value <= bar))
            }
            (Bar::None | Bar::RatioAtMost(_) | Bar::RatioAtLeast(_), _) => String::new(),
        }
    }
}

/// All lines of a run. Displayed as Markdown.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<(&'static str, Row)>,
}

impl Table {
    pub(crate) fn add(&mut self, subject: &'static str, rows: Vec<Row>) {
        self.rows.extend(rows.into_iter().map(|row| (subject, row)));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| subject | what | sessio | peer | ratio | bar |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for (subject, row) in &self.rows {
            let peer = row.peer.as_ref().map_or_else(String::new, |(name, figure)| format!("{figure} {name}"));
            let ratio = row.ratio().map_or_else(String::new, |ratio| format!("{ratio:.2}"));
            writeln!(f, "| {subject} | {} | {} | {peer} | {ratio} | {} |", row.what, row.ours, row.verdict())?;
        }
        Ok(())
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, unit } = self;
        match value.abs() {
            0.0..10.0 => write!(f, "{value:.2} {unit}"),
            10.0..1000.0 => write!(f, "{value:.1} {unit}"),
            _ => write!(f, "{value:.0} {unit}"),
        }
    }
}
