// Runs the solver of good-enough-golfers, as its page does: node golfers.js PEERS GROUPS SIZE ROUNDS SEED
const fs = require("fs"), path = require("path"), vm = require("vm")
const [peers, ...numbers] = process.argv.slice(2)
const [groups, size, rounds, seed] = numbers.map(Number)
let lot = seed
Math.random = () => {  // mulberry32: node's own cannot be seeded
  lot = (lot + 0x6d2b79f5) | 0
  let mixed = Math.imul(lot ^ (lot >>> 15), lot | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
}
global._ = require(path.resolve(peers, "node_modules/lodash"))
vm.runInThisContext(fs.readFileSync(path.join(peers, "good-enough-golfers/lib/geneticSolver.js"), "utf8"))
let found
const before = process.cpuUsage()
geneticSolver(groups, size, rounds, [], [], results => { found = results })
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ seconds: (user + system) / 1e6, rounds: found.rounds }))
