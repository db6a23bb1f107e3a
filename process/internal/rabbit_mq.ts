/**
 * Operations on a broker for the command line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export {
  type BrokerRights,
  brokerRights,
  type UsedTopics,
} from "../rabbit_mq/broker_rights.ts";
export {
  type MigratedQueue,
  migrateQueue,
  type Migration,
} from "../rabbit_mq/migrate_queue.ts";
