namespace SecureStreams.Server.Tests.Live.Trials;

/// <summary>One harmful and valid change.</summary>
/// <param name="Name">What it is, for reports.</param>
/// <param name="Protocol">What the stream speaks that it is done to.</param>
/// <param name="Tls">Whether under TLS.</param>
/// <param name="Change">The overlay.</param>
/// <param name="Reasons">What the report must name, as phase and code; more than one where the operating system or the moment decides.</param>
internal sealed record Harm(string Name, string Protocol, bool Tls, Func<TrialTown, string> Change, params string[] Reasons)
{
    /// <summary>As a test's name has it.</summary>
    public string Key => $"{Protocol}{(Tls ? " tls" : "")}: {Name}";
}
