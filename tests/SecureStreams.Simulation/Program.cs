using SecureStreams.Simulation.Commands;

var parsed = SeedsCommand.Create().Parse(args);
var status = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? 2 : status;
