using System.CommandLine;
using SecureStreams.Simulation.Commands;

var parsed = SeedsCommand.Create().Parse(args);

// After Ctrl+C the seeds under way are run to their end, so that what is printed is whole.
var status = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
return parsed.Errors.Count > 0 ? 2 : status;
