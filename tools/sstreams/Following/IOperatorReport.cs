namespace SecureStreams.Tool.Following;

/// <summary>Where a command tells whoever operates it what goes on.</summary>
internal interface IOperatorReport
{
    /// <summary>Something worth knowing.</summary>
    void Note(string text);

    /// <summary>Something that deserves attention.</summary>
    void Warning(string text);

    /// <summary>Something failed.</summary>
    void Problem(string text);
}
