using Microsoft.Extensions.Configuration;

namespace SecureStreams.Tests.Integration;

/// <summary>Settings that a test changes, as an edited file does: what is taken out is not there any more.</summary>
internal sealed class ChangingSettings : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Sets some, or takes out those whose value is null, and tells.</summary>
    public void Change(params IEnumerable<(string Key, string? Value)> settings)
    {
        foreach (var (key, value) in settings)
        {
            if (value is null)
                Data.Remove(key);
            else
                Data[key] = value;
        }

        OnReload();
    }
}
