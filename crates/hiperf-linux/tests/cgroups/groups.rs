//! [`Groups`]: cgroups that a test makes and removes.

use std::fs;
use std::path::PathBuf;

use crate::skip;

/// A subtree of a hierarchy, removed when the test ends.
pub struct Groups {
    point: PathBuf,
    name: String,
    made: Vec<PathBuf>,
}

impl Groups {
    /// One in the hierarchy of version 2; `None`, with the reason said, where none
    /// can be made.
    pub fn of_version_2(test: &str) -> Option<Groups> {
        Groups::new("cgroup2", "", test)
    }

    /// One in the hierarchy of version 1 that has this controller.
    pub fn of_version_1(controller: &str, test: &str) -> Option<Groups> {
        Groups::new("cgroup", controller, test)
    }

    fn new(kind: &str, option: &str, test: &str) -> Option<Groups> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let point = mounts.lines().find_map(|line| {
            let (before, behind) = line.split_once(" - ")?;
            let mut fields = behind.split(' ');
            let is_it = fields.next()? == kind
                && (option.is_empty() || fields.nth(1)?.split(',').any(|found| found == option));
            is_it.then(|| PathBuf::from(before.split(' ').nth(4).unwrap()))
        });
        let Some(point) = point else {
            skip(&format!("no hierarchy of {kind} {option} is mounted"));
            return None;
        };
        let name = format!("hiperf-{test}-{}", std::process::id());
        let mut groups = Groups { point, name, made: Vec::new() };
        if let Err(error) = fs::create_dir(groups.path("")) {
            skip(&format!("no cgroup can be made in {}: {error}", groups.point.display()));
            return None;
        }
        groups.made.push(groups.path(""));
        Some(groups)
    }

    /// How the class names the cgroup below the test's own.
    pub fn name(&self, below: &str) -> String {
        format!("/{}{below}", self.name)
    }

    /// Its directory, or a file in it.
    pub fn path(&self, below: &str) -> PathBuf {
        self.point.join(format!("{}{below}", self.name))
    }

    pub fn add(&mut self, below: &str) {
        fs::create_dir(self.path(below)).unwrap();
        self.made.push(self.path(below));
    }

    pub fn remove(&mut self, below: &str) {
        let path = self.path(below);
        fs::remove_dir(&path).unwrap();
        self.made.retain(|made| *made != path);
    }

    /// What a file of it says.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        for made in self.made.iter().rev() {
            let _best_effort = fs::remove_dir(made);
        }
    }
}
