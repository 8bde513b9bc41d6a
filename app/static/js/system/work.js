// What the workers did, task by task, since the counters began; and the servers below it all.

import * as format from "../format.js";

export function drawTaskTimes(body, tasks) {
  body.replaceChildren(...tasks.map(row));
}

function row(each) {
  const line = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = each.task;
  const texts = [format.count(each.runs), format.count(each.failures), format.duration(each.mean_ms), format.duration(each.last_ms)];
  const cells = texts.map((text) => {
    const cell = document.createElement("td");
    cell.className = "number";
    cell.textContent = text;
    return cell;
  });
  line.dataset.failed = String(each.failures > 0);
  line.append(name, ...cells);
  return line;
}

// Facts for showFacts.
export function serverFacts({ servers, disk, clock }) {
  const { mongodb, redis } = servers;
  return [
    ["MongoDB", mongodb.version, `${format.count(mongodb.stored_mb)} MB on its disk, with indexes`],
    ["Database", `${format.figure(mongodb.stored_mb)} MB`],
    ["Disk left", disk ? `${format.figure(disk.free_gb)} GB` : format.DASH],
    ["Redis", redis ? `${redis.version}, ${format.figure(redis.memory_mb)} MB` : "silent"],
    ["Python", servers.python],
    ["Schema", String(servers.schema)],
    ["Clock offset", clock ? format.duration(clock.offset_ms) : format.DASH, "The exchange's clock less this machine's"],
  ];
}

export function queueFacts({ queues, canaries }) {
  return Object.entries(queues).map(([name, depth]) => {
    const canary = canaries?.[name];
    const age = canary?.age_seconds === null || !canary ? "no canary yet" : `canary ${format.duration(1000 * canary.age_seconds)}`;
    const waiting = depth === null ? "Redis silent" : format.count(depth);
    return [name[0].toUpperCase() + name.slice(1), `${waiting} · ${age}`, canary?.state === "late" ? "Late: the queue is not worked off" : "Waiting tasks, and since when a canary came through"];
  });
}
