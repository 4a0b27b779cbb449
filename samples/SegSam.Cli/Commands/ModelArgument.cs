using System.CommandLine;

namespace SegSam.Cli.Commands;

/// <summary>The argument that names a model: a file, or the model that comes with the program.</summary>
/// <remarks><see cref="CommandContext.Get(ModelArgument)"/> gives the path of its file.</remarks>
internal sealed class ModelArgument(string name) : Argument<string>(name);

/// <summary>The model as an option, for those who look for one: it takes the place of the argument.</summary>
internal static class ModelOption
{
    public const string Name = "--model";

    /// <summary>The command line with the model as the command's first argument.</summary>
    /// <param name="args">As given: the command, its options and arguments.</param>
    /// <param name="commands">Names of the commands that begin with a model.</param>
    public static string[] AsArgument(string[] args, IReadOnlyCollection<string> commands)
    {
        var (command, option) = (Array.FindIndex(args, commands.Contains), Array.FindIndex(args, IsOption));
        if (command < 0 || option < command || option + ValuesOf(args[option]) >= args.Length)
            return args;
        var model = args[option] == Name ? args[option + 1] : args[option][(Name.Length + 1)..];
        return [.. args[..(command + 1)], model, .. args[(command + 1)..option], .. args[(option + 1 + ValuesOf(args[option]))..]];
    }

    private static bool IsOption(string arg) => arg == Name || arg.StartsWith(Name + "=", StringComparison.Ordinal);

    private static int ValuesOf(string option) => option == Name ? 1 : 0;
}
