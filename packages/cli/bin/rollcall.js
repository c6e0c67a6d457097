#!/usr/bin/env node
"use strict";

// Runs on any Node from 18 on, however old the machine's own is: plain JavaScript, and nothing that must be installed.

var childProcess = require("child_process");
var fs = require("fs");
var path = require("path");

var MINIMUM = [24, 15];
var PROGRAM = path.join(__dirname, "..", "cli.js");

function isEnough(version) {
  var parts = version.replace(/^v/, "").split(".").map(Number);
  return parts[0] > MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] >= MINIMUM[1]);
}

/** The Node that npm installed beside us, as an optional dependency for this system. */
function installedNode() {
  var name = "node-" + process.platform + "-" + process.arch;
  try {
    var manifest = require.resolve(name + "/package.json");
    return path.resolve(path.dirname(manifest), require(manifest).bin.node);
  } catch {
    return null;
  }
}

function nodesOnPath() {
  return (process.env.PATH || "")
    .split(path.delimiter)
    .filter(function (directory) {
      return directory !== "";
    })
    .map(function (directory) {
      return path.join(directory, "node");
    });
}

/** Asked rather than believed: it may be built for another C library, and then it does not start at all. */
function versionOf(node) {
  if (!fs.existsSync(node)) return null;
  var asked = childProcess.spawnSync(node, ["--version"], { encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.trim() : null;
}

function findNode() {
  return [installedNode()].concat(nodesOnPath()).find(function (node) {
    var version = node === null ? null : versionOf(node);
    return version !== null && isEnough(version);
  });
}

/** Descriptors of the listening sockets that systemd keeps for us: sd_listen_fds(3). */
function passedSockets(env) {
  var count = env.LISTEN_PID === String(process.pid) ? Number(env.LISTEN_FDS) : 0;
  return Array.from({ length: count || 0 }, function (_, index) {
    return 3 + index;
  });
}

/** The child ends as we are told to; we end as it does. */
function runWith(node) {
  // The channel tells the child where we are killed, or that we go and leave it running.
  var env = Object.assign({}, process.env);
  var sockets = passedSockets(env);
  if (sockets.length > 0) {
    // They were for us, and systemd watches us.
    delete env.LISTEN_PID;
    delete env.WATCHDOG_PID;
  }
  var child = childProcess.spawn(node, [PROGRAM].concat(process.argv.slice(2)), {
    env: env,
    stdio: ["inherit", "inherit", "inherit"].concat(sockets, "ipc"),
  });
  if (sockets.length > 0) {
    process.on("SIGUSR2", function () {
      child.send({ kind: "leave" }, function () {
        process.exit(0);
      });
    });
  }
  ["SIGABRT", "SIGINT", "SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    fail("cannot run " + node + ": " + error.message);
  });
  child.on("exit", function (code, signal) {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function fail(text) {
  process.stderr.write("rollcall: " + text + "\n");
  process.exit(1);
}

if (isEnough(process.version)) {
  void import("../cli.js");
} else {
  var found = findNode();
  if (found) runWith(found);
  else {
    fail(
      "needs Node.js " +
        MINIMUM.join(".") +
        " or newer (this is " +
        process.version +
        "): install it, or reinstall rollcall with optional dependencies",
    );
  }
}
