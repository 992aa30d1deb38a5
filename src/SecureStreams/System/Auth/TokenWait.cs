namespace SecureStreams.Tokens;

/// <summary>A wait for a token that is awaited.</summary>
internal sealed class TokenWait : ITokenWaiter
{
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it is worth another look.</summary>
    public Task Settled => _settled.Task;

    void ITokenWaiter.TokenSettled() => _settled.TrySetResult();
}
