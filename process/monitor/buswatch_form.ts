import { Float } from "@caryatid/sdk";
import type {
  ModuleCountsMessage,
  ModuleStatusMessage,
  ProcessMessage,
  SnapshotMessage,
} from "../snapshots/snapshot_message.ts";
import type { ModuleStatus, ProcessSnapshot } from "./process_snapshot.ts";
import {
  type HandlingsSnapshot,
  mapTable,
  type ModuleSnapshot,
  type MonitorSnapshot,
  type ReadsSnapshot,
  type RequestsSnapshot,
  type WritesSnapshot,
} from "./snapshot.ts";

/** Converts a snapshot to the message for buswatch and for the dashboard. */
export function buswatchForm(snapshot: MonitorSnapshot): SnapshotMessage {
  return {
    version: { major: 1, minor: 0 },
    timestamp_ms: Math.round(snapshot.time),
    modules: mapTable(snapshot.modules, moduleForm),
    ...snapshot.process && { process: processForm(snapshot.process) },
  };
}

function moduleForm(module: ModuleSnapshot): ModuleCountsMessage {
  const { requests, handlings } = module;
  return {
    reads: mapTable(module.reads, readsForm),
    writes: mapTable(module.writes, writesForm),
    ...some(requests) && { requests: mapTable(requests, requestsForm) },
    ...some(handlings) && { handlings: mapTable(handlings, handlingsForm) },
  };
}

function readsForm(
  reads: ReadsSnapshot,
): ModuleCountsMessage["reads"][string] {
  const { inFlight, inFlightFor, waitingPublishers, dropped } = reads;
  const { redelivered, retried } = reads;
  return {
    count: reads.read,
    backlog: reads.unread,
    ...pending(reads.pendingFor),
    rate: new Float(reads.rate),
    ...inFlight > 0 && { in_flight: inFlight },
    ...inFlightFor !== undefined && { in_flight_ms: Math.round(inFlightFor) },
    ...waitingPublishers > 0 && { waiting_publishers: waitingPublishers },
    ...dropped > 0 && { dropped },
    ...redelivered > 0 && { redelivered },
    ...retried > 0 && { retried },
  };
}

function writesForm(
  writes: WritesSnapshot,
): ModuleCountsMessage["writes"][string] {
  const { waiting, failed, waitsFor } = writes;
  return {
    count: writes.written,
    ...pending(writes.pendingFor),
    rate: new Float(writes.rate),
    ...waiting > 0 && { waiting },
    ...failed > 0 && { failed },
    ...waitsFor.length > 0 && { waits_for: waitsFor },
  };
}

function requestsForm(
  { count, pending, pendingFor, failed, durations }: RequestsSnapshot,
) {
  const isSettled = count > pending;
  return {
    count,
    ...pending > 0 && { pending },
    ...pendingFor !== undefined && { pending_ms: Math.round(pendingFor) },
    ...some(failed) && { failed },
    ...isSettled && {
      durations: durations.counts,
      duration_ms: new Float(durations.sum),
    },
  };
}

function handlingsForm({ handled, failed, running }: HandlingsSnapshot) {
  return {
    handled,
    ...failed > 0 && { failed },
    ...running > 0 && { running },
  };
}

function processForm(process: ProcessSnapshot): ProcessMessage {
  const { started, cpu, loopDelay, modules, buses, control, ...same } = process;
  return {
    ...same,
    buses: buses.map(({ className, ...bus }) => ({ ...bus, class: className })),
    started_ms: started,
    cpu: new Float(cpu),
    ...loopDelay > 0 && { loop_delay_ms: new Float(loopDelay) },
    ...control.length > 0 && { control },
    modules: mapTable(modules, statusForm),
  };
}

function statusForm(status: ModuleStatus): ModuleStatusMessage {
  const { className, state, paused, restarts, errors, stuck } = status;
  const { isolation, jail, memory, cores, asked, granted, topics } = status;
  return {
    class: className,
    state,
    ...paused && { paused },
    restarts,
    errors: errors.map(({ time, code, message }) => ({
      time_ms: time,
      code,
      message: message.toWellFormed(),
    })),
    stuck,
    isolation,
    ...jail && { jail },
    ...memory !== undefined && { memory },
    ...cores !== undefined && { cores: new Float(cores) },
    asked,
    ...granted && { granted },
    ...topics && { topics },
  };
}

function some(table: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(table).length > 0;
}

function pending(milliseconds: number | undefined): { pending?: number } {
  return milliseconds === undefined
    ? {}
    : { pending: Math.round(milliseconds * 1000) };
}
