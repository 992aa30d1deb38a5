namespace SecureStreams.Interop.Tests.RemotePolicy;

/// <summary>Tells when the moment has come at which a process is to be killed.</summary>
internal sealed class KillPlan
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KillMoment? _moment;
    private int _requests;

    /// <summary>One in eight anywhere from the start on; the others at a request: one in four of these within the answer, the rest a little after all of it was sent, when the policy is judged, put in force and kept.</summary>
    public static KillMoment Choose(Random random)
    {
        if (random.Next(8) == 0)
            return new KillMoment(TimeSpan.FromMilliseconds(random.Next(1, 400)), 0, 0, TimeSpan.Zero);
        var within = random.Next(4) == 0;

        // The first policy of a process takes far longer than the ones after it, whose code is compiled by then.
        var request = random.Next(1, 5);
        var most = request == 1 ? 5.3 : 4;
        return new KillMoment(null, request, within ? random.NextDouble() : 1, within ? TimeSpan.Zero : TimeSpan.FromMicroseconds(Math.Pow(10, random.NextDouble() * most)));
    }

    /// <summary>Another process begins.</summary>
    public Task Arm(KillMoment? moment)
    {
        lock (_lock)
        {
            (_moment, _requests) = (moment, 0);
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }

    /// <summary>A request has come: after how much of its answer to tell.</summary>
    public int Begin(int length)
    {
        lock (_lock)
        {
            _requests++;
            return _moment is { } moment && moment.Request == _requests ? (int)(length * moment.Share) : length;
        }
    }

    /// <summary>So much was sent.</summary>
    public void Reached()
    {
        lock (_lock)
        {
            if (_moment is { AfterStart: null } moment && moment.Request == _requests)
                _reached.TrySetResult();
        }
    }
}
