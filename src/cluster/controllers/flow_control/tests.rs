//! What the server says of flow schemas, and what it makes again.

use std::time::Duration;

use podarium_api::{FlowSchema, Kind, PriorityLevelConfiguration};
use podarium_sim::Time;

use crate::apiserver::Request;
use crate::store::Key;
use crate::{Cluster, Config};

fn dangling(cluster: &Cluster, name: &str) -> (String, String) {
    let schema = cluster.get::<FlowSchema>(&Key::new("", name)).expect("the schema is there");
    let condition = schema.status.conditions.iter().flatten().next().expect("it has a condition");
    (condition.status.clone().unwrap_or_default(), condition.message.clone().unwrap_or_default())
}

#[test]
fn schemas_say_whether_their_level_is_there_and_mandatory_ones_come_again() {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    cluster.advance(Time::from_secs(3));
    assert_eq!((cluster.list::<FlowSchema>().count(), cluster.list::<PriorityLevelConfiguration>().count()), (11, 8));
    let there = "This FlowSchema references the PriorityLevelConfiguration object named \"system\" and it exists";
    assert_eq!(dangling(&cluster, "system-nodes"), ("False".to_owned(), there.to_owned()));
    for name in ["system", "catch-all"] {
        cluster.request(Request::delete(Kind::PriorityLevelConfiguration, &Key::new("", name)));
    }
    cluster.request(Request::delete(Kind::FlowSchema, &Key::new("", "catch-all")));
    cluster.advance(cluster.now() + Duration::from_secs(2));
    let gone = "This FlowSchema references the PriorityLevelConfiguration object named \"system\" but there is no such object";
    assert_eq!(dangling(&cluster, "system-nodes"), ("True".to_owned(), gone.to_owned()));
    cluster.advance(cluster.now() + Duration::from_secs(70));
    assert_eq!((cluster.list::<FlowSchema>().count(), cluster.list::<PriorityLevelConfiguration>().count()), (11, 7), "what was only suggested stays away");
    assert_eq!(dangling(&cluster, "catch-all").0, "False");
}
