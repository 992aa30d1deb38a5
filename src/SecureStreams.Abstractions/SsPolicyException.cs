namespace SecureStreams;

/// <summary>A policy cannot be used, or does not have what was asked for. The message names the place and the fix.</summary>
public sealed class SsPolicyException : Exception
{
    /// <summary>Makes one with a message alone.</summary>
    /// <param name="message">What is wrong and what mends it.</param>
    public SsPolicyException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with the diagnostics of a policy, a line each: <c>file(line,col): error SSPnnnn: ...</c>.</summary>
    /// <param name="message">What is wrong and what mends it.</param>
    /// <param name="diagnostics">The lines, in the order of the document; kept, not copied.</param>
    public SsPolicyException(string message, IReadOnlyList<string> diagnostics)
        : base(message)
    {
        Diagnostics = diagnostics;
    }

    /// <summary>All that was found wrong, warnings included, in the order of the document; empty when the policy itself is sound.</summary>
    public IReadOnlyList<string> Diagnostics { get; } = [];
}
