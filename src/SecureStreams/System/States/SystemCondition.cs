namespace SecureStreams.States;

/// <summary>What has to be done before a system state is entered.</summary>
/// <param name="State">The state.</param>
/// <param name="Name">What the log calls it.</param>
/// <param name="Bound">How long it is waited for. Infinite for work that bounds itself.</param>
/// <param name="Work">The work. Its token is cancelled when the bound runs out or the context is disposed. What it throws is logged, and holds nothing up.</param>
internal sealed record SystemCondition(SsSystemState State, string Name, TimeSpan Bound, Func<CancellationToken, Task> Work);
