using System.Diagnostics;

namespace SecureStreams.Tool.Running;

/// <summary>Hears how long each phase of a connection took, from the runtime's own activities, and has it told. On whatever thread ends an activity.</summary>
internal sealed class RunTimeline : IDisposable
{
    private const string Phases = "ss.dial.";

    private readonly ActivityListener _listener;

    /// <summary>Listens until it is disposed.</summary>
    public RunTimeline(RunReport report)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SsTelemetry.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.OperationName.StartsWith(Phases, StringComparison.Ordinal))
                    report.Took(activity.OperationName[Phases.Length..], activity.Duration);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();
}
