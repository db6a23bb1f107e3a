import type { Files } from "./files.ts";

/** Returns `caryatid.toml` of a service. */
export function serviceToml(schema: string): string {
  return `#:schema ${schema}
# Each section is a module: its code and its settings.

[module.rest-server]
address = "127.0.0.1" # the Dockerfile sets another by a variable
port = 4340

[module.api]
import = "./api.ts"

[module.tasks]
import = "./tasks.ts"

[module.report]
import = "./report.ts"

# Asks for the report each minute.
[module.schedule]
class = "clock"
topic = "report.due"
cron = "* * * * *"

# Carries all topics. With class = "rabbit-mq" they go over a broker, and the
# modules can run in several processes.
[message-bus.main]
class = "in-memory"
`;
}

/** Modules of a service, their topics and their tests. */
export const SERVICE_FILES: Files = {
  "messages.ts": `import { defineTopic } from "@caryatid/sdk";
import { z } from "zod";

/** Schema of a task. */
export const taskSchema = z.object({ id: z.number().int(), title: z.string() });

/** Schema of a task that does not exist yet. */
export const newTaskSchema = z.object({ title: z.string().min(1) });

/** Requests a new task. */
export const addTask = defineTopic("task.add", newTaskSchema, {
  answer: taskSchema,
});

/** Requests a task by its id. */
export const getTask = defineTopic(
  "task.get",
  z.object({ id: z.number().int() }),
  { answer: taskSchema, errors: { TASK_NOT_FOUND: 404 } },
);

/** Reports a new task. */
export const taskAdded = defineTopic("task.added", taskSchema);
`,
  "api.ts": `import {
  defineRoute,
  handleRoute,
  reply,
  routeTopics,
} from "@caryatid/modules/rest-server";
import { defineModule } from "@caryatid/sdk";
import { z } from "zod";
import { addTask, getTask, newTaskSchema, taskSchema } from "./messages.ts";

const postTask = defineRoute({
  method: "POST",
  path: "/tasks",
  summary: "Adds a task",
  body: newTaskSchema,
});

const readTask = defineRoute({
  method: "GET",
  path: "/tasks/:id",
  summary: "Returns a task",
  params: z.object({ id: z.number().int() }),
  answer: taskSchema,
  errors: getTask.errors,
});

/** Answers HTTP requests by requests on the bus. */
export default defineModule({
  name: "api",
  description: "HTTP in front of the tasks",
  topics: {
    ...routeTopics([postTask, readTask]),
    request: [addTask.name, getTask.name],
  },
  init(context) {
    handleRoute(context, postTask, async ({ body }) => {
      const task = await context.request(addTask, body);
      return reply(task, {
        status: 201,
        headers: { location: \`/tasks/\${task.id}\` },
      });
    });
    handleRoute(
      context,
      readTask,
      ({ params }) => context.request(getTask, { id: params.id }),
    );
  },
});
`,
  "api_test.ts":
    `import { testRoutes } from "@caryatid/modules/rest-server/testing";
import assert from "node:assert/strict";
import api from "./api.ts";
import { getTask } from "./messages.ts";

Deno.test("POST /tasks adds a task", async () => {
  await using test = await testRoutes(api);
  test.bus.answer("task.add", () => ({ id: 7, title: "tea" }));
  const response = await test.route("POST /tasks", { body: { title: "tea" } });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("location"), "/tasks/7");
});

Deno.test("POST /tasks refuses a task without a title", async () => {
  await using test = await testRoutes(api);
  const response = await test.route("POST /tasks", { body: { title: "" } });
  assert.equal(response.status, 400);
});

Deno.test("GET /tasks/:id answers 404 for an unknown task", async () => {
  await using test = await testRoutes(api);
  test.bus.answer("task.get", () => {
    throw getTask.error("TASK_NOT_FOUND", "there is no task 9");
  });
  assert.equal((await test.route("GET /tasks/9")).status, 404);
});
`,
  "tasks.ts": `import { defineModule } from "@caryatid/sdk";
import { z } from "zod";
import { addTask, getTask, taskAdded, taskSchema } from "./messages.ts";

/** Keeps the tasks in memory. */
export default defineModule({
  name: "tasks",
  description: "Keeps the tasks",
  topics: {
    handle: [addTask.name, getTask.name],
    publish: [taskAdded.name],
  },
  state: z.array(taskSchema),
  init(context, _config, { previous = [] }) {
    const tasks = [...previous];
    context.keep(() => tasks); // while you change this file
    context.handle(addTask, async ({ message }) => {
      const task = { id: tasks.length + 1, title: message.title };
      tasks.push(task);
      await context.publish(taskAdded, task);
      return task;
    });
    context.handle(getTask, ({ message: { id } }) => {
      const task = tasks.find((one) => one.id === id);
      if (task) return task;
      throw getTask.error("TASK_NOT_FOUND", \`there is no task \${id}\`);
    });
  },
});
`,
  "tasks_test.ts": `import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { addTask, getTask, taskAdded } from "./messages.ts";
import tasks from "./tasks.ts";

Deno.test("a new task is kept and reported", async () => {
  await using test = await testModule(tasks);
  const task = await test.request(addTask, { title: "tea" });
  assert.deepEqual(await test.request(getTask, { id: task.id }), task);
  assert.deepEqual(test.published(taskAdded), [task]);
});

Deno.test("an unknown task is TASK_NOT_FOUND", async () => {
  await using test = await testModule(tasks);
  await assert.rejects(test.request(getTask, { id: 9 }), {
    code: "TASK_NOT_FOUND",
  });
});
`,
  "report.ts": `import { defineModule } from "@caryatid/sdk";
import { taskAdded } from "./messages.ts";

/** Logs the number of new tasks whenever the report is due. */
export default defineModule({
  name: "report",
  description: "Reports new tasks",
  config: { topic: "report.due" },
  topics: ({ topic }) => ({ subscribe: [topic, taskAdded.name] }),
  init(context, config) {
    let count = 0;
    context.consume(taskAdded, () => void count++);
    context.consume(config.topic, () => {
      context.log.info("{count} new tasks", { count });
      count = 0;
    });
  },
});
`,
  "report_test.ts": `import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import report from "./report.ts";

Deno.test("the report counts the tasks since the last report", async () => {
  await using test = await testModule(report);
  await test.bus.inject("task.added", { id: 1, title: "tea" });
  await test.settle();
  await test.bus.inject("report.due", null);
  await test.settle();
  assert.deepEqual(test.logs.at(-1)?.properties, { count: 1 });
});
`,
};
