// Maps host names for one process, as /etc/hosts does for a machine: MAP_HOSTS is {"name": "address"}.
import dns from "node:dns";

const hosts = JSON.parse(process.env.MAP_HOSTS ?? "{}");
const { lookup } = dns;

dns.lookup = (name, options, callback) => {
  const address = hosts[name];
  if (address === undefined) return lookup(name, options, callback);
  const done = typeof options === "function" ? options : callback;
  const all = typeof options === "object" && options !== null && options.all === true;
  return all ? done(null, [{ address, family: 4 }]) : done(null, address, 4);
};
