// Loaded before each Node program of a rehearsal: asks the stand-in instead of the world's name servers.
import { setServers } from "node:dns";

setServers([process.env.REHEARSAL_NAME_SERVER]);
