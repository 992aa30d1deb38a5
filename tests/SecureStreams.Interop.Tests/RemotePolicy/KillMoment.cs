namespace SecureStreams.Interop.Tests.RemotePolicy;

/// <summary>When a process is killed.</summary>
/// <param name="AfterStart">So long after its start, whatever it does; null: at a request of its own.</param>
/// <param name="Request">At which of its requests.</param>
/// <param name="Share">After which share of the answer was sent, 0 to 1.</param>
/// <param name="Behind">So long after that.</param>
internal sealed record KillMoment(TimeSpan? AfterStart, int Request, double Share, TimeSpan Behind);
