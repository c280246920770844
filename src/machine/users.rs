//! The names of users and groups, from the machine's `/etc/passwd` and `/etc/group`.

use crate::{Process, Suspend, Sys};

/// A line of `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    pub full_name: String,
    pub home: String,
    pub shell: String,
}

/// A line of `/etc/group`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub name: String,
    pub gid: u32,
    pub members: Vec<String>,
}

/// Both files, as a program reads them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub users: Vec<User>,
    pub groups: Vec<Group>,
}

impl Names {
    fn parse(passwd: &str, group: &str) -> Self {
        let users = passwd.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, uid, gid, full_name, home, shell] = fields.as_slice() else { return None };
            Some(User {
                name: (*name).to_owned(),
                uid: uid.parse().ok()?,
                gid: gid.parse().ok()?,
                full_name: (*full_name).to_owned(),
                home: (*home).to_owned(),
                shell: (*shell).to_owned(),
            })
        });
        let groups = group.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, gid, members] = fields.as_slice() else { return None };
            let members = members.split(',').filter(|member| !member.is_empty()).map(str::to_owned).collect();
            Some(Group { name: (*name).to_owned(), gid: gid.parse().ok()?, members })
        });
        Names { users: users.collect(), groups: groups.collect() }
    }

    /// Reads the files of the machine that a program runs on.
    pub fn read(process: &mut Process<'_>) -> Result<Self, Suspend> {
        let mut text = |path: &str| {
            Ok(process.read_file(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default())
        };
        Ok(Names::parse(&text("/etc/passwd")?, &text("/etc/group")?))
    }

    pub fn user(&self, uid: u32) -> Option<&User> {
        self.users.iter().find(|user| user.uid == uid)
    }

    pub fn user_named(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }

    pub fn group(&self, gid: u32) -> Option<&Group> {
        self.groups.iter().find(|group| group.gid == gid)
    }

    pub fn group_named(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == name)
    }

    /// A user's name, or its number if it has none.
    pub fn user_or_number(&self, uid: u32) -> String {
        self.user(uid).map_or_else(|| uid.to_string(), |user| user.name.clone())
    }

    pub fn group_or_number(&self, gid: u32) -> String {
        self.group(gid).map_or_else(|| gid.to_string(), |group| group.name.clone())
    }
}

fn names(sys: &mut Sys<'_>) -> Names {
    let mut text = |path: &str| String::from_utf8_lossy(&sys.read_file(path).unwrap_or_default()).into_owned();
    Names::parse(&text("/etc/passwd"), &text("/etc/group"))
}

/// The user with a number, as the shell asks.
pub(crate) fn user(sys: &mut Sys<'_>, uid: u32) -> Option<User> {
    names(sys).user(uid).cloned()
}

/// `~name`
pub(crate) fn home_of(sys: &mut Sys<'_>, name: &str) -> Option<String> {
    names(sys).user_named(name).map(|user| user.home.clone())
}
