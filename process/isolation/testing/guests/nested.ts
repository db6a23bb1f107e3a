/** Starts a worker of its own. */
new Worker("data:text/javascript,throw new Error('nested')", {
  type: "module",
});
