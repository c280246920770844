//! What a played program says when it starts. There may be a hundred thousand of them, and few are listened to: the lines
//! are written when somebody reads them.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::sync::Arc;

use super::{Behavior, LogText, Spawned};

/// The lines that one start writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Greeting {
    behavior: Arc<Behavior>,
    unix_nanos: i128,
    cpus: u32,
}

impl Eq for Greeting {}

impl Greeting {
    /// What a program says that is started so, if it says anything.
    pub(super) fn of(behavior: &Arc<Behavior>, spawned: &Spawned) -> Option<Arc<Self>> {
        let unix_nanos = i128::from(spawned.epoch_nanos) + i128::from(spawned.at.as_nanos());
        let greeting = Greeting { behavior: behavior.clone(), unix_nanos, cpus: spawned.cpus };
        (greeting.len() > 0).then(|| Arc::new(greeting))
    }

    /// How many lines it has.
    pub(super) fn len(&self) -> u32 {
        self.behavior.logs.iter().map(|log| self.lines_of(log)).sum()
    }

    fn lines_of(&self, log: &LogText) -> u32 {
        match log {
            LogText::Workers(_) => self.cpus,
            LogText::Once(_) | LogText::Dated(_) => 1,
            LogText::Every(..) => 0,
        }
    }

    /// The line with this number, from 0.
    pub(super) fn line(&self, mut number: u32) -> String {
        for log in &self.behavior.logs {
            let lines = self.lines_of(log);
            if number < lines {
                return match log {
                    LogText::Workers(first) => self.dated(&format!("%Y/%m/%d %H:%M:%S [notice] 1#1: start worker process {}", first + number)),
                    LogText::Dated(line) => self.dated(line),
                    LogText::Once(line) | LogText::Every(_, line) => line.clone(),
                };
            }
            number -= lines;
        }
        String::new()
    }

    /// A line with the time at which the container was started.
    fn dated(&self, format: &str) -> String {
        jiff::Timestamp::from_nanosecond(self.unix_nanos).unwrap_or_default().strftime(format).to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use podarium_sim::Time;

    use super::*;

    #[test]
    fn lines_come_in_their_order_with_the_time_of_the_start() {
        let logs = vec![
            LogText::Once("hello".to_owned()), LogText::Every(Duration::from_secs(1), "tick".to_owned()),
            LogText::Workers(30), LogText::Dated("%H:%M:%S up".to_owned()),
        ];
        let behavior = Arc::new(Behavior { logs, ..Behavior::default() });
        let spawned = Spawned { cpus: 2, ..Spawned::plain(Time::from_secs(3723)) };
        let greeting = Greeting::of(&behavior, &spawned).expect("it says something");
        let lines: Vec<String> = (0..greeting.len()).map(|number| greeting.line(number)).collect();
        let worker = "1970/01/01 01:02:03 [notice] 1#1: start worker process";
        assert_eq!(lines, ["hello".to_owned(), format!("{worker} 30"), format!("{worker} 31"), "01:02:03 up".to_owned()]);
        assert!(Greeting::of(&Arc::new(Behavior::default()), &spawned).is_none());
    }
}
