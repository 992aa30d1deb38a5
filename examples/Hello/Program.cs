using SecureStreams;

await using var context = SsContext.FromFile("policies/demo.json");
var handler = new Hello();
await using var stream = context.Create("web", handler);
stream.Connect();
return await handler.Done.Task ? 0 : 1;

sealed class Hello : SecureStreamHandler
{
    public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        Console.Error.WriteLine($"{change.State} {change.Cause}");
        if (change.State is SsState.QosAckRemote or SsState.QosNackRemote or SsState.AllRetriesFailed)
            Done.TrySetResult(change.State == SsState.QosAckRemote);
        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        Console.OpenStandardOutput().Write(payload);
        return SsResult.Continue;
    }
}
