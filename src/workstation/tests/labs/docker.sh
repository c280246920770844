# docker, beyond what lab 1 needs
docker version | head -n 2
#? Client: Docker Engine - Community
#?  Version:           28.3.3
docker frobnicate
#? docker: unknown command: docker frobnicate
docker ps --nope; echo $?
#? unknown flag: --nope
#? Usage:  docker ps [OPTIONS]
#? 125
docker stop; echo $?
#? docker: 'docker stop' requires at least 1 argument
#? 1
docker run --rm alpine echo hello from inside
#? Unable to find image 'alpine:latest' locally
#? Status: Downloaded newer image for alpine:latest
#? hello from inside
docker run --rm alpine sh -c 'exit 3'; echo $?
#? 3
docker run --rm alpine nosuchprogram; echo $?
#? docker: Error response from daemon: failed to create task for container
#? exec: "nosuchprogram": executable file not found in $PATH
#? 127
docker run nosuchimage; echo $?
#? docker: Error response from daemon: pull access denied for nosuchimage, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
#? 125
docker run -d --name web -p 8081:80 -e A=1 nginx > id
wc -c < id
#? 65
docker run -d --name web nginx; echo $?
#? docker: Error response from daemon: Conflict. The container name "/web" is already in use by container
#? 125
sleep 1; curl -s localhost:8081 | head -n 4
#? <title>Welcome to nginx!</title>
docker exec web sh -c 'echo $A; hostname | wc -c'
#? 1
#? 13
docker exec web sh -c 'exit 7'; echo $?
#? 7
docker port web
#? 80/tcp -> 0.0.0.0:8081
docker inspect -f '{{.State.Status}} {{.State.Running}}' web
#? running true
docker rm web
#? Error response from daemon: cannot remove container "web": container is running: stop the container before removing or force remove
docker rmi nginx
#? Error response from daemon: conflict: unable to remove repository reference "nginx" (must force) - container
docker rm -f web
#? web
docker rmi nginx
#? Untagged: nginx:latest
#? Deleted: sha256:
docker rmi nginx
#? Error response from daemon: No such image: nginx:latest
docker stop nobody
#? Error response from daemon: No such container: nobody
mkdir app; cd app; printf 'one\n' > a.txt; printf 'secret\n' > b.log; printf '*.log\n' > .dockerignore
cat > Dockerfile <<'D'
ARG TAG=3.22
FROM alpine AS build
WORKDIR /work
COPY . .
ARG WORD=world
ENV GREETING=hello
RUN echo "$GREETING $WORD" > out.txt && ls -a > list.txt && id -u
FROM alpine
COPY --from=build /work/out.txt /work/list.txt /data/
RUN adduser -D app || true
USER 1000
LABEL who=me
ENTRYPOINT ["cat"]
CMD ["/data/out.txt"]
D
docker build -t my/tool --build-arg WORD=you .
#? [build 1/4] FROM docker.io/library/alpine:latest@sha256:
#? [build 2/4] WORKDIR /work
#? [build 3/4] COPY . .
#? [build 4/4] RUN echo "$GREETING $WORD" > out.txt
#?  0
#? [stage-1 1/3] FROM
#? [stage-1 2/3] COPY --from=build /work/out.txt /work/list.txt /data/
docker run --rm my/tool
#? hello you
docker run --rm my/tool /data/list.txt
#? a.txt
#! b.log
docker run --rm --entrypoint id my/tool -u
#? 1000
docker history my/tool
#? COPY /work/out.txt
docker build -t broken - < Dockerfile
#? not simulated
printf 'FROM alpine\nCOPY nope.txt /\n' > Bad; docker build -f Bad . ; echo $?
#? ERROR: failed to calculate checksum of ref
#? "/nope.txt": not found
#?  > [2/2] COPY nope.txt /:
#? Bad:2
#? >>> COPY nope.txt /
#? ERROR: failed to build: failed to solve: failed to compute cache key: failed to calculate checksum of ref
#? 1
printf 'FROM alpine\nRUN false\n' > Bad; docker build -f Bad . ; echo $?
#? ERROR: failed to build: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1
printf 'FRM alpine\n' > Bad; docker build -f Bad .
#? ERROR: failed to build: failed to solve: dockerfile parse error on line 1: unknown instruction: FRM (did you mean FROM?)
docker tag my/tool student/tool:1
docker push student/tool:1
#? The push refers to repository [docker.io/student/tool]
#? denied: requested access to the resource is denied
echo pw | docker login -u student --password-stdin
#? Login Succeeded
docker push student/tool:1
#? 1: digest: sha256:
docker rmi -f my/tool student/tool:1 > /dev/null; docker run --rm student/tool:1
#? Unable to find image 'student/tool:1' locally
#? hello you
docker run -d --name loop alpine sh -c 'while true; do echo tick; sleep 1; done' > /dev/null; sleep 3; docker logs --tail 2 loop
#? tick
#? tick
docker stop -t 1 loop; docker logs loop | wc -l
#? loop
docker run -it alpine sh < /dev/null
#? the input device is not a TTY
echo 'echo piped' | docker run --rm -i alpine sh
#? piped
cd; mkdir -p healthy; cd healthy
cat > Dockerfile <<'D'
FROM alpine
RUN mkdir /data && echo kept > /data/file && touch /well
VOLUME /data
STOPSIGNAL SIGUSR1
HEALTHCHECK --interval=2s --timeout=1s --retries=2 CMD test -f /well
CMD trap 'echo user signal; exit 5' USR1; while true; do sleep 1; done
D
docker build -q -t healthy . | cut -c 1-7
#? sha256:
docker run -d --name h healthy > id; docker ps | grep -c '(health: starting)'
#? 1
sleep 4; docker ps | grep -c '(healthy)'
#? 1
docker exec h rm /well; sleep 6; docker ps | grep -c '(unhealthy)'
#? 1
docker inspect -f '{{.State.Health.Status}} {{.State.Health.FailingStreak}} {{.Config.StopSignal}}' h
#? unhealthy
docker exec h cat /data/file
#? kept
docker inspect h | grep -c '"Destination": "/data"'
#? 1
docker stop h; docker logs h; docker ps -a | grep -c 'Exited (5)'
#? h
#? user signal
#? 1
printf 'FROM alpine\nHEALTHCHECK --often CMD true\n' > Dockerfile; docker build -q . 2>&1 | grep -c 'unknown flag: --often'
#? 1
# volumes
docker volume create data; docker volume ls | grep -c data; docker volume ls | head -1
#? data
#? 1
#? DRIVER    VOLUME NAME
docker run --rm -v data:/keep alpine sh -c 'echo hello > /keep/file'; docker run --rm -v data:/other:ro alpine cat /other/file
#? hello
docker volume inspect data -f '{{.Name}} {{.Driver}} {{.Mountpoint}}'
#? data local /var/lib/docker/volumes/data/_data
docker create 2>&1 | head -1; docker run -d --name holds -v data:/x alpine sleep 1000 > /dev/null; docker volume rm data 2>&1 | sed -E 's/[0-9a-f]{64}/ID/'; docker volume rm nosuch 2>&1
#? podarium: not simulated: docker create
#? Error response from daemon: remove data: volume is in use - [ID]
#? Error response from daemon: get nosuch: no such volume
docker rm -f holds > /dev/null; docker volume prune -f; docker volume ls -q | grep -c data; docker volume prune -a -f | grep -v space; docker volume ls -q | grep -c '^data$'
#? Total reclaimed space: 0B
#? 1
#? Deleted Volumes:
#? data
#? 
#? 0
docker container prune -f > /dev/null; docker volume prune -f > /dev/null; docker run -d --name anon -v /scratch alpine sleep 1000 > /dev/null; docker volume ls -q | grep -c -E '^[0-9a-f]{64}$'; docker rm -f -v anon; docker volume ls -q | grep -c -E '^[0-9a-f]{64}$'
#? 1
#? anon
#? 0
# networks
docker network create shop > /dev/null; docker network ls | awk '{print $2, $3, $4}' | sort
#? ID NAME DRIVER
#? bridge bridge local
#? host host local
#? none null local
#? shop bridge local
docker run -d --name web --network shop nginx:1.27 > /dev/null 2>&1; docker run -d --name lone nginx:1.27 > /dev/null 2>&1; sleep 2
docker run --rm --network shop alpine wget -q -T 3 -O- http://web | grep -c 'Welcome to nginx!'
#? 2
docker run --rm --network shop alpine wget -q -T 3 -O- http://lone 2>&1; docker run --rm alpine wget -q -T 3 -O- http://web 2>&1
#? wget: bad address 'lone'
#? wget: bad address 'web'
docker network connect shop lone; docker run --rm --network shop alpine wget -q -T 3 -O- http://lone | grep -c 'Welcome to nginx!'
#? 2
docker network inspect shop | grep '"Name": ' | sort
#?                 "Name": "lone"
#?                 "Name": "web"
#?         "Name": "shop",
docker network rm shop 2>&1 | cut -c 1-91; docker network rm bridge 2>&1; docker network create shop 2>&1; docker network inspect nosuch 2>&1 | tail -1
#? Error response from daemon: error while removing network: network shop has active endpoints
#? Error response from daemon: bridge is a pre-defined network and cannot be removed
#? Error response from daemon: network with name shop already exists
#? Error response from daemon: network nosuch not found
docker rm -f web lone > /dev/null; docker network rm shop
#? shop
# files, use, health on the command line
docker run -d --name box --memory 64m --health-cmd 'test -f /tmp/ok' --health-interval 2s --health-retries 1 alpine sleep 1000 > /dev/null
echo content > note.txt; docker cp note.txt box:/tmp/ok 2>&1; docker exec box cat /tmp/ok; docker cp box:/tmp/ok back.txt 2>&1; cat back.txt; docker cp box:/none . 2>&1 | sed -E 's/[0-9a-f]{64}/ID/'
#? Successfully copied 2.05kB to box:/tmp/ok
#? content
#? Successfully copied 2.05kB to back.txt
#? content
#? Error response from daemon: Could not find the file /none in container box
mkdir -p tree/inner; echo deep > tree/inner/file; docker cp -q tree box:/srv; docker exec box cat /srv/tree/inner/file
#? deep
sleep 3; docker ps | grep -c '(healthy)'
#? 1
docker stats --no-stream | awk '{print $2, $4, $NF}'; docker stats 2>&1
#? ID CPU PIDS
#? box 1MiB 1
#? podarium: not simulated: docker stats without --no-stream
docker images -q | sort -u | wc -l; docker ps -a -q | wc -l; docker volume ls -q | wc -l
#? 4
#? 1
#? 0
docker system df | awk '{print $1, $2, $3}'
#? TYPE TOTAL ACTIVE
#? Images 4 1
#? Containers 1 1
#? Local Volumes 0
#? Build Cache 0
docker rm -f box > /dev/null; docker container prune -f | tail -1; docker ps -a -q | wc -l
#? Total reclaimed space: 0B
#? 0
# bytes between containers, and to a published port
docker network create back > /dev/null; docker run -d --name cache --network back -p 6380:6379 redis > /dev/null 2>&1; sleep 3
docker run --rm --network back redis redis-cli -h cache set greeting hello
#? OK
docker run --rm --network back redis redis-cli -h cache get greeting
#? hello
docker run --rm --network back redis redis-cli -h nobody ping
#? Could not connect to Redis at nobody:6379
docker run --rm --network back alpine sh -c 'printf "PING\r\n" | nc -w 2 cache 6379'
#? +PONG
printf 'GET greeting\r\n' | nc -w 2 localhost 6380
#? $5
#? hello
docker run --rm --network back alpine nc -w 2 cache 6400; echo $?
#? 1
docker run -d --name site --network back -p 8085:80 nginx:1.27 > /dev/null 2>&1; sleep 2
docker run --rm --network back alpine sh -c 'printf "GET / HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n" | nc -w 3 site 80' | head -1
#? HTTP/1.1 200 OK
printf 'GET /none HTTP/1.0\r\n\r\n' | nc -w 3 localhost 8085 | head -1
#? 404 Not Found
docker run --rm --network back alpine ping -c 1 cache | grep -c '1 packets received'
#? 1
docker rm -f cache site > /dev/null; docker network rm back > /dev/null
# files of a container that has stopped
docker run --name left alpine sh -c 'echo kept > /root/note; rm /etc/group; echo extra >> /etc/passwd'
docker ps -a --filter name=left | grep -c 'Exited (0)'
#? 1
docker diff left
#? C /etc
#? D /etc/group
#? C /etc/passwd
#? C /root
#? A /root/note
#! /etc/hosts
docker cp left:/root/note got.txt 2> /dev/null; cat got.txt; echo more > more.txt; docker cp -q more.txt left:/root/; docker start left > /dev/null; sleep 1; docker cp left:/root/more.txt back.txt 2> /dev/null; cat back.txt
#? kept
#? more
docker export left > left.tar; tar tf left.tar | grep '^root/'
#? root/
#? root/more.txt
#? root/note
docker export -o other.tar left; md5sum left.tar other.tar | cut -c 1-32 | uniq | wc -l
#? 1
docker commit -c 'CMD ["cat", "/root/note", "/root/more.txt"]' left noted:1 | cut -c 1-7; docker run --rm noted:1
#? sha256:
#? kept
#? more
docker commit -c 'RUN ls' left
#? Error response from daemon: run is not a valid change command
docker commit nobody; docker diff nobody; docker export nobody | wc -c
#? Error response from daemon: No such container: nobody
#? Error response from daemon: No such container: nobody
#? 0
docker history noted:1 | head -2 | tail -1 | grep -c 'sh -c'
#? 1
docker rm left > /dev/null
# Networks: datagrams, the way to the workstation and beyond it, its own network, and none
docker run -d --name dns -p 5353:8081/udp registry.k8s.io/e2e-test-images/agnhost:2.53 netexec > /dev/null 2>&1; sleep 1; docker port dns; echo -n 'echo over udp' | nc -u -w 1 localhost 5353
#? 8081/udp -> 0.0.0.0:5353
#? over udp
docker ps --filter name=dns
#? 0.0.0.0:5353->8081/udp
docker run --name second -d -p 5353:8081/udp registry.k8s.io/e2e-test-images/agnhost:2.53 netexec; docker rm second > /dev/null
#? Bind for 0.0.0.0:5353 failed: port is already allocated
docker inspect -f '{{.HostConfig.NetworkMode}} {{.NetworkSettings.Networks.bridge.Gateway}} {{.NetworkSettings.Networks.bridge.IPPrefixLen}}' dns
#? bridge 172.17.0.1 16
docker run -d --name pages -p 8095:80 nginx > /dev/null; sleep 1; docker run --rm alpine wget -qO- http://172.17.0.1:8095 | grep -c Welcome
#? 2
docker run --rm alpine wget -qO- http://host.docker.internal:8095
#? wget: bad address 'host.docker.internal'
docker run --rm --add-host host.docker.internal:host-gateway alpine sh -c 'wget -qO- http://host.docker.internal:8095 | grep -c Welcome; grep docker /etc/hosts'
#? 2
#? 172.17.0.1	host.docker.internal
mkdir -p served; echo from the workstation > served/index.html; (cd served; python3 -m http.server 8096 > /dev/null 2>&1 &) ; sleep 1; docker run --rm alpine wget -qO- http://172.17.0.1:8096
#? from the workstation
docker run --rm alpine wget -qO- http://172.17.0.1:8099
#? wget: can't connect to remote host (172.17.0.1): Connection refused
kubectl proxy --port=8097 > /dev/null & sleep 1; docker run --rm alpine wget -qO- http://172.17.0.1:8097/version; docker run --rm --network host alpine wget -qO- http://localhost:8097/version | grep gitVersion; kill %1
#? Connection refused
#? "gitVersion"
docker run -d --network host -p 80:80 --name open nginx > /dev/null; sleep 1; curl -s localhost | grep title; docker exec open hostname
#? WARNING: Published ports are discarded when using host network mode
#? <title>Welcome to nginx!</title>
#? podarium
docker inspect -f '{{.HostConfig.NetworkMode}} [{{.NetworkSettings.Networks.host.IPAddress}}]' open; docker ps --filter name=open
#? host []
#! 80/tcp
docker run --rm --network none alpine wget -qO- http://172.17.0.1:8095; docker run --rm --network none alpine sh -c 'cat /etc/hosts | wc -l'
#? Network is unreachable
#? 6
docker run --rm alpine wget -qO- --no-check-certificate https://10.0.0.2:6443/version | grep -c gitVersion
#? 1
docker rm -f dns pages open > /dev/null
