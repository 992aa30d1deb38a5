namespace SecureStreams.Simulation.Application;

/// <summary>What a handler of the simulation throws.</summary>
internal sealed class SimApplicationException() : Exception("a whim of the simulated application");
