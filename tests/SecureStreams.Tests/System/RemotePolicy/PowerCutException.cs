namespace SecureStreams.Tests.Remote;

/// <summary>The power of a <see cref="SimulatedDisk"/> went.</summary>
internal sealed class PowerCutException : Exception;
