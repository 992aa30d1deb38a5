namespace SecureStreams.Tool.Running;

/// <summary>How a run ends: the first to say so decides.</summary>
internal sealed class RunOutcome
{
    private readonly TaskCompletionSource<int> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The exit status once the stream has come to its end.</summary>
    public Task<int> Finished => _finished.Task;

    /// <summary>The exit status once something from outside ended the run: a signal, the time limit, standard output.</summary>
    public Task<int> Stopped => _stopped.Task;

    /// <summary>Waits for what may block in the system for ever, as opening a pipe does. False when the run was stopped before: then it is left behind.</summary>
    public async Task<bool> IsDoneInTimeAsync(Task work)
    {
        await Task.WhenAny(work, Stopped);
        return !Stopped.IsCompleted;
    }

    /// <summary>The stream came to its end.</summary>
    public bool Finish(int exitCode) => _finished.TrySetResult(exitCode);

    /// <summary>The run is to end at once.</summary>
    public bool Stop(int exitCode) => _stopped.TrySetResult(exitCode);
}
