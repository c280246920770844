//! Databases in pods: their rules for the environment, their clients from inside and from elsewhere, their data on volumes.

use crate::student::Student;

fn deploy(student: &mut Student, name: &str, image: &str, port: u16, path: &str, env: &str) {
    let text = format!(
        "apiVersion: v1
kind: Pod
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  volumes: [{{name: data, emptyDir: {{}}}}]
  containers:
    - name: {name}
      image: {image}
      env: [{env}]
      volumeMounts: [{{name: data, mountPath: {path}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{selector: {{app: {name}}}, ports: [{{port: {port}}}]}}
"
    );
    student.world.put_file(&format!("{name}.yaml"), &text, false);
    student.quietly(&[&format!("kubectl apply -f {name}.yaml"), &format!("kubectl wait --for=condition=Ready pod/{name} --timeout=120s"), "sleep 15"]);
}

#[test]
fn redis_keeps_what_it_is_told() {
    let mut student = Student::new(false);
    deploy(&mut student, "redis", "redis:7", 6379, "/data", "");
    let cli = "kubectl exec redis -- redis-cli";
    let away = "</dev/null kubectl run cli --image=redis:7 --rm -i -q --restart=Never -- redis-cli -h redis";
    student.lines(&[
        (&format!("{cli} ping"), "PONG\n"),
        (&format!("{cli} set colour blue"), "OK\n"),
        (&format!("{cli} incr visits; {cli} incr visits"), "1\n2\n"),
        (&format!("{cli} lpush list a b c; {cli} lrange list 0 -1"), "3\nc\nb\na\n"),
        (&format!("{cli} get nothing"), "\n"),
        (&format!("{cli} nonsense 1"), "ERR unknown command 'nonsense', with args beginning with: '1'\n\n"),
        (&format!("{cli} zadd z 1 a"), "ERR podarium: not simulated: ZADD\n\n"),
        (&format!("{away} get colour"), "blue\n"),
        ("</dev/null kubectl run nc --image=busybox:1.36 --rm -i -q --restart=Never -- sh -c 'echo \"get colour\" | nc -w 1 redis 6379'", "$4\r\nblue\r\n"),
        ("kubectl logs redis | tail -n 1 | cut -d ' ' -f 7-", "Ready to accept connections tcp\n"),
        ("kubectl exec redis -- sh -c 'kill 1'; sleep 10; kubectl get pod redis --no-headers | awk '{print $2, $4}'", "1/1 1\n"),
        (&format!("{cli} get colour"), "blue\n"),
        ("kubectl logs redis --previous | tail -n 1 | cut -d ' ' -f 7-", "Redis is now ready to exit, bye bye...\n"),
        ("kubectl delete service redis > /dev/null; </dev/null kubectl run cli --image=redis:7 --rm -i -q --restart=Never -- redis-cli -h redis ping", "Could not connect to Redis at redis:6379: Name or service not known\npod default/cli terminated (Error)\n"),
    ]);
}

#[test]
fn postgres_wants_a_password_and_keeps_tables() {
    let mut student = Student::new(false);
    student.quietly(&["kubectl run bare --image=postgres:16; sleep 30"]);
    student.lines(&[
        ("kubectl logs bare | head -n 2", "Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n"),
        ("kubectl get pod bare -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}{\"\\n\"}'", "1\n"),
    ]);
    deploy(&mut student, "db", "postgres:16", 5432, "/var/lib/postgresql/data", "{name: POSTGRES_PASSWORD, value: secret}, {name: POSTGRES_DB, value: shop}");
    let psql = "kubectl exec db -- psql -U postgres shop -c";
    student.lines(&[
        (&format!("{psql} 'create table cats (id serial primary key, name text)'"), "CREATE TABLE\n"),
        (&format!("{psql} \"insert into cats (name) values ('Tom'), ('Kit')\""), "INSERT 0 2\n"),
        (&format!("{psql} 'select * from cats'"), " id | name \n----+------\n  1 | Tom\n  2 | Kit\n(2 rows)\n\n"),
        (&format!("{psql} 'select * from dogs'; echo $?"), "ERROR:  relation \"dogs\" does not exist\ncommand terminated with exit code 1\n1\n"),
        ("kubectl exec db -- pg_isready", "/var/run/postgresql:5432 - accepting connections\n"),
        ("kubectl logs db | grep -c 'database system is ready to accept connections'", "1\n"),
        ("kubectl exec db -- sh -c 'kill -9 1'; sleep 10; kubectl get pod db --no-headers | awk '{print $2, $4}'", "1/1 0\n"),
        ("kubectl exec db -- sh -c 'kill 1'; sleep 20; kubectl get pod db --no-headers | awk '{print $2, $4}'", "1/1 1\n"),
        (&format!("{psql} 'select count(*) from cats'"), " count \n-------\n     2\n(1 row)\n\n"),
        (
            "</dev/null kubectl run cli --image=postgres:16 --env=PGPASSWORD=secret --rm -i -q --restart=Never --command -- psql -h db -U postgres shop -At -c 'select name from cats order by name'",
            "Kit\nTom\n",
        ),
        (
            "</dev/null kubectl run cli --image=postgres:16 --env=PGPASSWORD=wrong --rm -i -q --restart=Never --command -- psql -h db -U postgres shop -c 'select 1' 2>&1 | grep -o 'FATAL.*'",
            "FATAL:  password authentication failed for user \"postgres\"\n",
        ),
    ]);
}

#[test]
fn mysql_wants_a_password_and_keeps_tables() {
    let mut student = Student::new(false);
    student.quietly(&["kubectl run bare --image=mysql:8.4; sleep 30"]);
    student.lines(&[("kubectl logs bare | grep ERROR | cut -d ' ' -f 3-", "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n")]);
    deploy(&mut student, "mysql", "mysql:8.4", 3306, "/var/lib/mysql", "{name: MYSQL_ROOT_PASSWORD, value: secret}, {name: MYSQL_DATABASE, value: shop}");
    let mysql = "kubectl exec mysql -- mysql -psecret shop -e";
    let quiet = "2>&1 | grep -v Warning";
    student.lines(&[
        (&format!("{mysql} 'create table cats (id int auto_increment primary key, name varchar(20))' {quiet}"), ""),
        (&format!("{mysql} \"insert into cats (name) values ('Tom'), ('Kit')\" {quiet}"), ""),
        (&format!("{mysql} 'select * from cats' {quiet}"), "id\tname\n1\tTom\n2\tKit\n"),
        (&format!("{mysql} 'select * from dogs' {quiet}"), "ERROR 1146 (42S02) at line 1: Table 'shop.dogs' doesn't exist\ncommand terminated with exit code 1\n"),
        ("kubectl exec mysql -- mysql -e 'select 1' 2>&1 | head -n 1", "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: NO)\n"),
        ("kubectl exec mysql -- sh -c 'kill -9 1'; sleep 10; kubectl get pod mysql --no-headers | awk '{print $2, $4}'", "1/1 0\n"),
        ("kubectl exec mysql -- sh -c 'kill 1'; sleep 20; kubectl get pod mysql --no-headers | awk '{print $2, $4}'", "1/1 1\n"),
        (&format!("{mysql} 'select count(*) as cats from cats' {quiet}"), "cats\n2\n"),
        ("</dev/null kubectl run cli --image=mysql:8.4 --rm -i -q --restart=Never --command -- mysql -h mysql -psecret shop -e 'select name from cats' 2>&1 | grep -v Warning", "name\nTom\nKit\n"),
    ]);
}

#[test]
fn wordpress_needs_its_database() {
    let mut student = Student::new(false);
    student.quietly(&[
        "kubectl run wordpress --image=wordpress:6.7 --env=WORDPRESS_DB_HOST=mysql --env=WORDPRESS_DB_USER=root --env=WORDPRESS_DB_PASSWORD=secret --port=80 --expose",
        "kubectl wait --for=condition=Ready pod/wordpress --timeout=60s; sleep 2",
    ]);
    let ask = "</dev/null kubectl run ask --image=curlimages/curl --rm -i -q --restart=Never -- -s -o /dev/null -w '%{http_code}\\n' http://wordpress/";
    student.lines(&[(ask, "500\n")]);
    deploy(&mut student, "mysql", "mysql:8.4", 3306, "/var/lib/mysql", "{name: MYSQL_ROOT_PASSWORD, value: secret}");
    student.lines(&[(ask, "500\n")]);
    student.quietly(&["kubectl exec mysql -- mysql -psecret -e 'create database wordpress' 2>&1 | grep -v Warning || true"]);
    student.lines(&[(ask, "302\n")]);
}

#[test]
fn mongo_keeps_documents() {
    let mut student = Student::new(false);
    deploy(&mut student, "mongo", "mongo:7", 27_017, "/data/db", "");
    let eval = "kubectl exec mongo -- mongosh --quiet --eval";
    student.lines(&[
        (&format!("{eval} \"db.cats.insertOne({{_id: 1, name: 'Tom', age: 3}})\""), "{ acknowledged: true, insertedId: 1 }\n"),
        (&format!("{eval} \"db.cats.insertMany([{{_id: 2, name: 'Kit'}}, {{_id: 3, name: 'Ann'}}])\""), "{ acknowledged: true, insertedIds: { '0': 2, '1': 3 } }\n"),
        (&format!("{eval} \"db.cats.find({{name: 'Tom'}})\""), "[ { _id: 1, age: 3, name: 'Tom' } ]\n"),
        (&format!("{eval} \"db.cats.updateOne({{_id: 1}}, {{\\$set: {{age: 4}}}}).modifiedCount\" 2>&1 | head -n 1"), "podarium: not simulated: db.cats.updateOne({_id: 1}, {$set: {age: 4}}).modifiedCount\n"),
        (&format!("{eval} 'db.cats.countDocuments({{}})'"), "3\n"),
        ("kubectl exec mongo -- sh -c 'kill -9 1'; sleep 10; kubectl get pod mongo --no-headers | awk '{print $2, $4}'", "1/1 0\n"),
        ("kubectl exec mongo -- sh -c 'kill 1'; sleep 20; kubectl get pod mongo --no-headers | awk '{print $2, $4}'", "1/1 1\n"),
        (&format!("{eval} 'db.cats.countDocuments({{}})'"), "3\n"),
        ("</dev/null kubectl run cli --image=mongo:7 --rm -i -q --restart=Never --command -- mongosh --quiet mongodb://mongo:27017/test --eval 'show collections'", "cats\n"),
    ]);
}
