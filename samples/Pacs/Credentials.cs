using System.Text;
using Microsoft.Extensions.Configuration;

namespace Pacs;

/// <summary>User and password, for basic authentication. They are in no message and in no log.</summary>
internal sealed class Credentials
{
    public const string HowToSet = "Set the environment variables SEGSAM_PACS__USER and SEGSAM_PACS__PASSWORD, or the user secrets "
        + "Pacs:User and Pacs:Password.";

    private Credentials(string user, string password) => Basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    /// <summary>As the header wants them.</summary>
    public string Basic { get; }

    /// <summary>Of environment variables that start with SEGSAM_, and of user secrets.</summary>
    public static IConfiguration Configuration() =>
        new ConfigurationBuilder().AddUserSecrets("segsam-pacs").AddEnvironmentVariables("SEGSAM_").Build();

    /// <returns>Null where the configuration has none.</returns>
    /// <exception cref="FormatException">One of both is missing, or the user has a colon.</exception>
    public static Credentials? From(IConfiguration configuration)
    {
        var (user, password) = (configuration["Pacs:User"], configuration["Pacs:Password"]);
        if (string.IsNullOrEmpty(user) && string.IsNullOrEmpty(password))
            return null;
        if (string.IsNullOrEmpty(user) || string.IsNullOrEmpty(password))
        {
            var half = string.IsNullOrEmpty(user) ? "a password and no user" : "a user and no password";
            throw new FormatException($"The configuration has {half}. {HowToSet}");
        }

        return user.Contains(':', StringComparison.Ordinal)
            ? throw new FormatException("The configured user has a colon, which basic authentication cannot send.") : new(user, password);
    }
}
