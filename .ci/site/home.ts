/** Front page of the site; the text of `docs/README.md` follows it. */
export const HOME = {
  layout: "home",
  hero: {
    name: "Caryatid",
    text: "Services out of modules that know only topics",
    tagline:
      "Modules for Deno publish, subscribe and answer requests. A TOML file decides what carries them, in memory or RabbitMQ, and what each module may do.",
    actions: [
      { theme: "brand", text: "Get started", link: "/guide/getting_started" },
      { theme: "alt", text: "Tutorial", link: "/guide/tutorial" },
      { theme: "alt", text: "Introduction", link: "/introduction" },
    ],
  },
  features: [
    {
      title: "One line splits a process",
      details:
        "The same modules run in one process or in several over RabbitMQ. No module changes.",
      link: "/guide/processes",
    },
    {
      title: "Typed messages",
      details:
        "A schema types a topic. Both ends check each message, in memory and over the wire.",
      link: "/guide/modules",
    },
    {
      title: "Third-party code in a sandbox",
      details:
        "An isolated module has the topics, files and hosts that its section lists, and nothing else.",
      link: "/guide/sandbox",
    },
  ],
};
