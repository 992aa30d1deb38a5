using Microsoft.Extensions.Configuration;

namespace SecureStreams.Integration;

/// <summary>A section of settings that a context's options are read from.</summary>
/// <param name="Name">The name of the options.</param>
/// <param name="Section">The section.</param>
internal sealed record SettingsSource(string Name, IConfiguration Section)
{
    /// <summary>What a member is called in settings.</summary>
    public string KeyOf(string member) => Section is IConfigurationSection { Path: { Length: > 0 } path } ? ConfigurationPath.Combine(path, member) : member;
}
