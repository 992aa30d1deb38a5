namespace SecureStreams.Tokens;

/// <summary>Waits for a token.</summary>
internal interface ITokenWaiter
{
    /// <summary>The wait is over, one way or the other: look again. Told once for each wait, from any thread, under no lock.</summary>
    void TokenSettled();
}
